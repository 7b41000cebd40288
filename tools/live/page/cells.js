// A cell of the page: its editor, its buttons, its outputs, and where it stands.
import { Editor } from "./editor.js";
import { Outputs } from "./outputs.js";

const WORDS = { waiting: "Waiting", running: "Stop" };
const NOTES = {
  above: ["stale", "What stands above has not all run as it stands now."],
  here: ["changed", "It has not run as it stands now."],
};

const button = (act, name) => {
  const made = document.createElement("button");
  const click = ({ detail }) => { if (detail < 2) act(); };  // not what a double click means
  return Object.assign(made, { type: "button", className: `live-cell-${name}`, onclick: click });
};

export class Cell {
  // `on` has functions: run(cell), runTo(cell), stop(), changed(cell), began(cell),
  // ran(cell, fine), showWidget(id, place).
  constructor(node, number, on) {
    this.node = node;
    node.id ||= `live-cell-${number}`;
    this.number = number;
    this.on = on;
    this.outputs = new Outputs(node, on.showWidget);
    this.button = button(() => this.press(), "run");
    this.toHere = button(() => on.runTo(this), "to-here");
    this.toHere.textContent = "Run to here";
    this.toHere.setAttribute("aria-label", `Run to here: cell ${number}`);
    const input = node.querySelector(".cell_input");
    this.editor = new Editor(input.querySelector("pre"), `Code of cell ${number}`, {
      changed: () => on.changed(this),
      run: (stay) => this.runFromEditor(stay),
      leave: () => this.button.focus(),
    });
    const row = document.createElement("div");
    row.className = "live-cell-buttons";
    this.note = document.createElement("span");
    this.note.className = "live-cell-note";
    row.append(this.note, this.toHere, this.button);
    // A verdict is run without being opened: its button stays outside the fold.
    const folded = input.closest("details") && node.matches("[class*=tag_verdict]");
    (folded ? node : input).append(row);
    this.state = "new";
  }

  get code() { return this.editor.code; }

  set code(text) { this.editor.code = text; }

  get edited() { return this.code !== this.editor.source; }

  get busy() { return this.state in WORDS; }

  get state() { return this.node.dataset.live; }

  // new, waiting, running, done or stopped (by an error, or as asked)
  set state(state) {
    this.node.dataset.live = state;
    const word = WORDS[state] ?? "Run";
    this.button.textContent = word;
    this.button.setAttribute("aria-label", `${word}: cell ${this.number}`);
  }

  // Is its result stale? Does it rest on cells above that have not run as they stand?
  mark(stale, resting) {
    stale &&= !this.busy;
    this.node.classList.toggle("live-edited", this.edited);
    this.node.classList.toggle("live-stale", stale);
    const [text, title] = !stale ? ["", ""] : NOTES[this.made.code === this.code ? "above" : "here"];
    Object.assign(this.note, { textContent: text, title });
    if (!resting && document.activeElement === this.toHere) this.button.focus();
    this.toHere.hidden = !resting;
  }

  press() {
    if (this.state === "running") this.on.stop();
    else this.on.run(this);
  }
  // The editor and its cell stay where they are, and what is shown comes into sight.
  async runFromEditor(show) {
    await this.on.run(this);
    if (show && this.node.contains(document.activeElement)) this.outputs.reveal();
  }

  // What the session says of its run.
  wait() {
    this.before = this.state;
    this.asked = this.code;
    this.state = "waiting";
  }

  began() {
    this.state = "running";
    this.on.began(this);
  }

  ran(fine) {
    if (!this.busy) return;  // Python has gone meanwhile
    if (fine === undefined) this.state = this.before;
    else this.state = fine ? "done" : "stopped";
    if (fine !== undefined) this.on.ran(this, fine);
  }

  // Python has gone.
  cut() {
    this.outputs.cut();
    this.made = undefined;
    this.state = "new";
  }

  // Back to how the book has it.
  reset() {
    this.code = this.editor.source;
    this.outputs.restore();
  }
}
