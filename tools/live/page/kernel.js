// The page's end of the line to the worker in which Python runs.

export class Kernel {
  // `on` has a function for each kind of news: progress, failed, comm.
  constructor(on) {
    this.on = on;
    this.waiting = new Map();  // by the number of what was asked: what to do when done
    this.asked = 0;
    this.worker = new Worker(new URL("worker.js", import.meta.url));
    this.worker.onmessage = ({ data }) => this.news(data);
    // Without a message it is the worker's own script that did not come.
    this.worker.onerror = ({ message }) => this.fail({ name: message ? "Error" : "NoWorker", message });
  }

  start(parts) {
    this.worker.postMessage({ type: "start", parts });
    return new Promise((resolve) => { this.ready = resolve; });
  }

  // Resolves to whether the cell ran without an error.
  execute(cell) {
    return new Promise((done) => this.ask({ type: "execute", code: cell.code }, { cell, done }));
  }

  // A message to a widget's twin; returns its number.
  tell(content, buffers, done) {
    return this.ask({ type: "comm", text: JSON.stringify(content), buffers }, { done });
  }

  ask(message, then) {
    const id = ++this.asked;
    this.waiting.set(id, then);
    this.worker.postMessage({ ...message, id });
    return id;
  }

  news({ type, id, text, buffers, ...data }) {
    const content = text && JSON.parse(text);
    ({
      progress: () => this.on.progress(data),
      ready: () => this.ready(),
      failed: () => this.fail(data),
      // From here on, what is shown is shown by this cell.
      begun: () => { this.cell = this.waiting.get(id).cell; this.cell.state = "running"; },
      output: () => this.cell?.outputs.add(content),
      clear_output: () => this.cell?.outputs.clear(content),
      comm: () => this.on.comm(id, content, buffers),
      done: () => { this.waiting.get(id)?.done(data.ok); this.waiting.delete(id); },
    })[type]();
  }

  fail(error) {
    this.stop();
    this.on.failed(error);
  }

  stop() {
    this.worker.terminate();
    for (const { done } of this.waiting.values()) done(false);
    this.waiting.clear();
  }
}
