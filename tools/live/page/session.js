// The page's one Python, for whoever needs it: the bar, a cell, an experiment.
//
//   await session.start()                  starts it, once for all who ask; rejects with what failed
//   await session.execute(code, outputs)   runs code; `outputs` (outputs.js) shows what it shows
//   await session.run(cell)                runs a cell of the page (cells.js)
//   session.interrupt()                    stops what runs, drops what waits; what was computed stays
//   session.stop()                         ends Python
//
// What runs resolves to whether it came to its end without an error. Events: "change", when
// `state` or `jobs` has changed, and "progress", with the step as its detail, while it starts.
import { Kernel } from "./kernel.js";
import { makeWidgets } from "./widgets.js";

const address = new URL("parts.json", import.meta.url);

export async function readParts() {
  const answer = await fetch(address);
  const parts = answer.ok ? await answer.json().catch(() => null) : null;
  if (parts?.files) return parts;
  throw Object.assign(new Error(`parts.json: ${answer.status}`), { name: "NotFetched" });
}

// Are all the parts in this browser already?
export async function held({ version, files }) {
  const name = `live ${new URL(".", address).href} ${version}`;
  try {
    if (!await caches.has(name)) return false;
    const kept = await (await caches.open(name)).keys();
    return kept.length === Object.keys(files).length;
  } catch { return false; }
}

class Session extends EventTarget {
  state = "idle";  // idle, starting, ready or failed, and then `error` says why
  jobs = [];  // what runs and what waits, in order
  turn = Promise.resolve();  // the end of all that was asked for

  start() { return (this.started ??= this.boot()); }

  async boot() {
    this.error = undefined;
    this.become("starting");
    const broken = new Promise((_, reject) => { this.break = reject; });
    try {
      await Promise.race([this.begin(), broken]);
      this.become("ready");
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  async begin() {
    const kernel = this.kernel = new Kernel({
      progress: (detail) => this.dispatchEvent(new CustomEvent("progress", { detail })),
      failed: (error) => this.fail(error),
      asked: () => this.changed(),
      comm: (id, content, buffers) => this.widgets.receive(id, content, buffers),
    });
    const started = readParts().then((parts) => kernel.start(parts));
    [this.widgets] = await Promise.all([makeWidgets(kernel), started]);
  }

  showWidget = (id, place) => this.widgets.show(id, place);

  // Once, for a cell that runs or waits already.
  run(cell) {
    return (cell.run ??= this.runAnew(cell).finally(() => { cell.run = undefined; }));
  }

  runAnew(cell) {
    cell.wait();
    return this.execute(cell.code, cell.outputs, cell);
  }

  // `of`, if given, hears when it has begun, and that it ran: undefined says that it did not
  // begin, or that Python has gone.
  async execute(code, outputs, of) {
    const { kernel } = this, job = { code, outputs, of };
    this.jobs.push(job);
    this.changed();
    const run = () => (this.jobs.includes(job) ? kernel.execute(job) : undefined);
    const fine = await (this.turn = this.turn.then(run));
    if (fine !== undefined) await outputs.end();
    this.jobs = this.jobs.filter((one) => one !== job);
    of?.ran(fine);
    this.changed();
    return Boolean(fine);
  }

  // Is Python at something, be it a slider's move?
  get busy() { return Boolean(this.kernel?.waiting.size); }

  interrupt() {
    this.jobs.splice(1);
    this.kernel.interrupt();
    this.changed();
  }

  stop() { this.end("idle", { name: "Stopped" }); }

  fail(error) {
    if (!this.started) return;
    this.error = error;
    this.end("failed", error);
  }

  end(state, error) {
    this.kernel?.stop();
    this.break?.(error);
    this.started = this.kernel = undefined;
    this.jobs = [];
    this.become(state);
  }

  become(state) {
    this.state = state;
    this.changed();
  }

  changed() { this.dispatchEvent(new Event("change")); }
}

export const session = new Session();
