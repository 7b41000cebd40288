// One Python for the page: starting it, running cells in it, stopping it.
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

export class Session {
  constructor({ progress, failed }) {
    this.kernel = new Kernel({
      progress,
      failed: (error) => { this.reject?.(error); failed(error); },
      comm: (id, content, buffers) => this.widgets.receive(id, content, buffers),
    });
  }

  async start(parts) {
    const broken = new Promise((_, reject) => { this.reject = reject; });
    const both = Promise.all([makeWidgets(this.kernel), this.kernel.start(parts)]);
    [this.widgets] = await Promise.race([both, broken]);
    this.reject = undefined;
  }

  showWidget(id, place) { return this.widgets.show(id, place); }

  async run(cell) {
    if (cell.state === "waiting" || cell.state === "running") return true;
    cell.state = "waiting";
    cell.outputs.begin();
    const fine = await this.kernel.execute(cell);
    if (this.stopped) return false;
    await cell.outputs.end();
    cell.state = fine ? "done" : "stopped";
    return fine;
  }

  stop() {
    this.stopped = true;
    this.kernel.stop();
  }
}
