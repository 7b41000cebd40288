// What the bar says.

const megabytes = (bytes) => (bytes / 1e6).toFixed(0);

// While Python starts: the sentence, and which share of the way this is.
export const STEPS = {
  fetch: ({ bytes, total }) => [
    `Fetching Python: ${megabytes(bytes)} of ${megabytes(total)} MB. This happens once.`,
    0.5 * bytes / total,
  ],
  python: () => ["Starting Python with numpy and matplotlib: a few seconds.", 0.5],
  kernel: () => ["Starting the cells and the sliders: a few seconds more.", 0.75],
};

export const HELD = "Python is kept in this browser: the page has run after about 10 seconds.";

export const READY = "Live. Change any cell and run it with Shift+Enter; move any slider. " +
  "Escape leaves a cell.";

export const RESTARTED = "Python is new and knows nothing yet: run the cells from the top.";

const cells = (count) => (count === 1 ? "1 edited cell" : `${count} edited cells`);

export const withEdits = (count) => (count ? `, with your ${cells(count)}` : "");

export const resetting = (count) => `Put ${cells(count)} of this page back as printed?`;

export const running = (number, count) => `Running cell ${number} of ${count}.`;

export const stopped = (number) =>
  `Cell ${number} stopped with an error, so the cells below it were not run.`;

// What went wrong, and what to do about it.
export function explain({ name = "Error", message }) {
  const text = `${name}: ${message}`;
  if (/NoWorker|SecurityError/.test(text))
    return "The browser does not start the worker in which Python runs. A blocker or a setting " +
      "forbids it, or the site sends worker.js with a wrong type: allow it, or use another browser.";
  if (/Exit: Program terminated/.test(text))
    return "Python has ended, as a cell asked. Try again starts a new one.";
  if (/NotFetched|Failed to fetch|NetworkError/.test(text))
    return "Python could not be fetched. Is there a connection? What has come already is kept.";
  if (/WebAssembly|wasm|CompileError/i.test(text))
    return "This browser does not let the page use WebAssembly, in which Python runs. " +
      "Allow it for this site, or use another browser.";
  if (/memory|allocation|RangeError/i.test(text))
    return "There was not enough memory for Python. Close other tabs and try again.";
  return `Python stopped (${text}).`;
}
