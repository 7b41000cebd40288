// The web worker, a module: Pyodide, and in it kernel.py.
// In:  {type: "start"} | {type: "execute", id, code} | {type: "comm", id, text, buffers}
//      | {type: "interrupt"}; the second and third with a `signal`, see heed.js
// Out: {type: "progress" | "ready" | "failed" | "begun" | "done" | "output" | "clear_output" | "comm", ...}
import { heed } from "./heed.js";
import { fetchAll, notFetched } from "./held.js";

let pyodide, kernel, current = null, signal;

const say = (type, more) => postMessage({ type, ...more });

const quiet = { messageCallback: () => {} };

async function boot(parts) {
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  pyodide = await loadPyodide({ indexURL: new URL("pyodide/", location).href });
  await pyodide.loadPackage(parts.start, quiet);
  pyodide.registerJsModule("page", {
    send: (type, text, buffers) => say(type, { id: current, text, buffers }),
    listen: (now) => pyodide.setInterruptBuffer(now ? heed(signal) : undefined),
  });
}

async function start(parts) {
  if (typeof WebAssembly !== "object") throw new Error("WebAssembly is missing");
  await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  const fetched = fetchAll(parts, (bytes, total) => {
    say("progress", bytes < total ? { step: "fetch", bytes, total } : { step: "python" });
  });
  const booted = boot(parts);
  booted.catch(() => {});  // of two errors, that of the fetching says more
  await fetched;
  await booted;
  say("progress", { step: "kernel" });
  await bring("limits.py", "limits.py");
  await bring("errors.py", "errors.py");
  await bring("kernel.py", "bookkernel.py");
  kernel = pyodide.pyimport("bookkernel");
  say("ready", {});
}

// A module of the page, to where Python finds it.
async function bring(name, as) {
  const answer = await fetch(name);
  if (!answer.ok) throw notFetched(`${name}: ${answer.status}`);
  pyodide.FS.writeFile(`/home/pyodide/${as}`, await answer.text());
}

async function execute({ id, code }) {
  say("begun", { id });
  const imports = /\bprogress\b/.test(code) ? `import tqdm\n${code}` : code;  // a bar of bp
  await pyodide.loadPackagesFromImports(imports, quiet).catch((error) =>
    say("output", { id, text: JSON.stringify({
      output_type: "stream", name: "stderr", text: `not loaded: ${error.message}\n` }) }));
  return kernel.execute(code);
}

// It is heard only while Python waits, as for a cell's await: no signal is needed then.
function interrupt() {
  pyodide.setInterruptBuffer(undefined);
  kernel.interrupt();
}

const receive = ({ text, buffers }) => kernel.receive(text, buffers);

// What Python does for the page.
const work = (act) => async (message) => {
  ({ id: current, signal } = message);
  let ok = false;
  try { ok = await act(message); } finally { say("done", { id: message.id, ok }); }
};

// One thing at a time, in the order in which the page asked for it.
let last = Promise.resolve();
const jobs = { start: ({ parts }) => start(parts), execute: work(execute), comm: work(receive) };
onmessage = ({ data }) => {
  if (data.type === "interrupt") return interrupt();
  last = last.then(() => jobs[data.type](data)).catch((error) =>
    say("failed", { name: error.name, message: String(error.message ?? error) }));
};
