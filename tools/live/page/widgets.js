// Widgets: their models and views on the page, the other half in Python.

let modules;  // of the widgets' manager, by name

// The manager comes as modules for a loader like require.js; this is all it needs of one.
function load() {
  modules ??= new Promise((resolve, reject) => {
    const made = {}, before = window.define;
    window.define = (name, needs, make) => {
      if (!name.endsWith("7")) made[name] = { needs, make };
    };
    const script = document.createElement("script");
    script.src = new URL("../widgets/libembed-amd.js", import.meta.url);
    script.onerror = () => {
      modules = undefined;  // to be tried again
      reject({ name: "NotFetched", message: script.src });
    };
    script.onload = () => {
      window.define = before;
      const get = (name) => {
        if (name === "module") return { id: "", uri: script.src };
        const entry = made[name];
        return (entry.module ??= entry.make(...entry.needs.map(get)));
      };
      resolve(get);
    };
    document.head.append(script);
  });
  return modules;
}

// One end of a line between the two halves of a widget.
class Comm {
  constructor(kernel, id, target) {
    Object.assign(this, { kernel, comm_id: id, target_name: target });
  }
  on_msg(hear) { this.hear = hear; }
  on_close(closed) { this.closed = closed; }
  send(data, callbacks, metadata, buffers) { return this.tell("comm_msg", data, callbacks, buffers); }
  close(data, callbacks, metadata, buffers) { return this.tell("comm_close", data, callbacks, buffers); }
  tell(msg_type, data, callbacks, buffers = []) {
    const content = { msg_type, comm_id: this.comm_id, data: data ?? {} };
    // The widget sends its next value when it hears that this one was handled.
    const idle = { content: { execution_state: "idle" } };
    return String(this.kernel.tell(content, buffers, () => callbacks?.iopub?.status?.(idle)));
  }
}

export async function makeWidgets(kernel) {
  const { HTMLManager } = (await load())("@jupyter-widgets/html-manager");
  const manager = new HTMLManager();
  const comms = new Map();
  let last = Promise.resolve();  // messages are handled in the order they came

  async function handle(id, content, buffers) {
    const { msg_type, comm_id, target_name, data, metadata } = content;
    const message = {
      content: { comm_id, target_name, data }, metadata, parent_header: { msg_id: String(id) },
      buffers: (buffers ?? []).map((b) => new DataView(b.buffer, b.byteOffset, b.byteLength)),
    };
    if (msg_type === "comm_open") {
      const comm = new Comm(kernel, comm_id, target_name);
      comms.set(comm_id, comm);
      await manager.handle_comm_open(comm, message);
    } else if (msg_type === "comm_close") {
      comms.get(comm_id)?.closed?.(message);
      comms.delete(comm_id);
    } else comms.get(comm_id)?.hear?.(message);
  }

  return {
    receive: (...message) => { last = last.then(() => handle(...message)).catch(console.error); },
    async show(model_id, element) {
      await last;
      const model = await manager.get_model(model_id);
      const view = await manager.create_view(model);
      await manager.display_view(view, element);
      return view;
    },
  };
}
