// The page's end of the line to the worker in which Python runs.
import { Signal } from "./signal.js";

export class Kernel {
  // `on` has a function for each kind of news: asked, progress, failed, comm.
  constructor(on) {
    this.on = on;
    this.waiting = new Map();  // by the number of what was asked: what to do when done
    this.asked = 0;
    this.signal = new Signal();
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => this.news(data);
    // Without a message it is the worker's own script that did not come.
    this.worker.onerror = ({ message }) => this.fail({ name: message ? "Error" : "NoWorker", message });
  }

  start(parts) {
    this.worker.postMessage({ type: "start", parts });
    return new Promise((resolve) => { this.ready = resolve; });
  }

  // Resolves to whether the job's code ran without an error, to undefined where Python went.
  execute(job) {
    return new Promise((done) => this.ask({ type: "execute", code: job.code }, { job, done }));
  }

  // A message to a widget's twin; returns its number.
  tell(content, buffers, done) {
    return this.ask({ type: "comm", text: JSON.stringify(content), buffers }, { done });
  }

  ask(message, then) {
    const id = ++this.asked;
    this.waiting.set(id, then);
    this.worker.postMessage({ ...message, id, signal: this.signal.sent });
    this.on.asked();
    return id;
  }

  // Stops what Python is at: by the signal while it computes, by a message while it waits.
  interrupt() {
    this.signal.raise();
    this.signal = new Signal();
    this.worker.postMessage({ type: "interrupt" });
  }

  news({ type, id, text, buffers, ...data }) {
    const content = text && JSON.parse(text);
    ({
      progress: () => this.on.progress(data),
      ready: () => this.ready(),
      failed: () => this.fail(data),
      begun: () => this.begin(this.waiting.get(id).job),
      output: () => this.outputs?.add(content),
      clear_output: () => this.outputs?.clear(content),
      comm: () => this.on.comm(id, content, buffers),
      done: () => this.finish(id, data.ok),
    })[type]();
  }

  finish(id, ok) {
    const { done } = this.waiting.get(id) ?? {};
    this.waiting.delete(id);
    done?.(ok);
    this.on.asked();
  }

  // From here on, what is shown is shown by this job.
  begin({ outputs, of }) {
    this.outputs = outputs;
    outputs.begin();
    of?.began();
  }

  fail(error) {
    this.stop();
    this.on.failed(error);
  }

  stop() {
    this.worker.terminate();
    for (const { done } of this.waiting.values()) done?.();
    this.waiting.clear();
  }
}
