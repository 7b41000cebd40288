// What the bar says.

export const RUN = "Run this page live";
export const SHOW = "Show it";
export const STARTING = "Starting.";
export const STOPPED = "Python was not started.";
export const STOPPING = "Stopping.";
export const DEAF = "Python is deep in one long step and does not hear. Wait, or start it anew: " +
  "what had run above runs again, this does not.";
export const RESTARTED = "Python is new and knows nothing yet.";

const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
const count = (number, what) => (number === 1 ? `1 ${what}` : `${number} ${what}s`);
const cells = (number) => count(number, "edited cell");

// To the nearest number that one would say.
function about(seconds) {
  if (seconds < 3) return "a moment";
  if (seconds < 20) return `about ${Math.round(seconds)} seconds`;
  if (seconds < 100) return `about ${5 * Math.round(seconds / 5)} seconds`;
  return `about ${count(Math.round(seconds / 60), "minute")}`;
}

// Before the click: `held` in this browser or not, and the seconds where they could be measured.
export function promise(held, bytes, seconds, edited) {
  const what = held ? "Python is kept in this browser" :
    `Python in your browser: ${megabytes(bytes)} MB once, then kept`;
  const when = !seconds ? ". Nothing to install." :
    `${held ? " and" : `. On your line it`} is there after ${about(seconds)}.`;
  return what + when + (edited ? ` ${edited} of its cells will run as you left ${edited === 1 ? "it" : "them"}.` : "");
}

// While Python starts: the sentence, and which share of the way this is.
export function step({ step, bytes, total }, seconds) {
  if (step === "python")
    return [`Starting Python with numpy and matplotlib${seconds ? `: ${about(seconds)}` : ""}.`, { share: 0.5 }];
  if (step === "kernel") return ["Starting the cells and the sliders.", { share: 0.75 }];
  const more = seconds ? `, ${about(seconds)} more` : "";
  const text = `Fetching Python: ${megabytes(bytes)} of ${megabytes(total)} MB${more}. This happens once.`;
  return [text, { share: 0.5 * bytes / total }];
}

export function ready(edited, stale) {
  if (stale) return `Live. ${count(stale, "cell")} to run again.`;
  if (edited) return `Live, with your ${cells(edited)}.`;
  return "Live. Shift+Enter runs a cell, Escape leaves it.";
}

export const withEdits = (edited) => (edited ? `, with your ${cells(edited)}` : "");

export const resetting = (edited) => `Put ${cells(edited)} of this page back as printed?`;

export const running = (number, all) => (number ? `Running cell ${number} of ${all}.` : "Running.");

export const stopped = (number) => `Cell ${number} stopped before its end. `;

export function again(ran, number) {
  const those = ran ? `, and ${count(ran, "cell")} that had run above ${ran === 1 ? "has" : "have"} run again` : "";
  return `Python did not hear, so it was started anew${those}. ${number ? `Cell ${number} has not.` : ""}`;
}

// What went wrong, and what to do about it.
export function explain({ name = "Error", message }) {
  const text = `${name}: ${message}`;
  if (name === "Stopped") return STOPPED;
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
