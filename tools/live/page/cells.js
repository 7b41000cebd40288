// A cell of the page: its editor, its button, its outputs, and where it stands.
import { Editor } from "./editor.js";
import { Outputs } from "./outputs.js";

const BUSY = { waiting: "Waiting", running: "Running" };

export class Cell {
  // `on` has functions: run(cell), next(cell), changed(cell), showWidget(id, place).
  constructor(node, number, on) {
    this.node = node;
    this.number = number;
    this.outputs = new Outputs(node, on.showWidget);
    this.button = document.createElement("button");
    Object.assign(this.button, { type: "button", className: "live-cell-run" });
    this.button.onclick = () => on.run(this);
    const input = node.querySelector(".cell_input");
    this.editor = new Editor(input.querySelector("pre"), `Code of cell ${number}`, {
      changed: () => { this.mark(); on.changed(this); },
      run: (goOn) => { on.run(this); if (goOn) on.next(this); },
      leave: () => this.button.focus(),
    });
    // A verdict is run without being opened: its button stays outside the fold.
    const folded = input.closest("details") && node.matches("[class*=tag_verdict]");
    (folded ? node : input).append(this.button);
    this.state = "new";
  }

  get code() { return this.editor.code; }

  set code(text) {
    this.editor.code = text;
    this.mark();
  }

  get edited() { return this.code !== this.editor.source; }

  get state() { return this.node.dataset.live; }

  // new, waiting, running, done or stopped (by an error)
  set state(state) {
    this.node.dataset.live = state;
    const word = BUSY[state] ?? "Run";
    this.button.textContent = word;
    this.button.setAttribute("aria-label", `${word}: cell ${this.number}`);
  }

  mark() { this.node.classList.toggle("live-edited", this.edited); }

  // Python has gone.
  cut() {
    this.outputs.cut();
    this.state = "new";
  }

  // Back to how the book has it.
  reset() {
    this.code = this.editor.source;
    this.outputs.restore();
    this.state = "new";
  }
}
