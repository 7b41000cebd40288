// Experiments that start where they stand: the button, or a touch of a control, starts the
// page's one Python; then the experiment's imports and its cell run, not the page above them.
import { cellOf } from "./chapter.js";
import { held, readParts, session } from "./session.js";
import { explain } from "./words.js";

const news = document.querySelector(".live-bar .live-news");

// Outputs of code that the reader has not written: kept, in case that it fails.
const silent = () => {
  const said = [];
  return { said, begin() {}, clear() {}, async end() {}, add: (output) => said.push(output) };
};

// The controls of a running experiment, in the order of the form's.
const CONTROLS = ":scope > :is(.widget-slider, .widget-hslider, .widget-toggle-buttons, .pad)";
const HANDLE = ".noUi-handle, .widget-toggle-button.mod-active";

// Where nothing is left to fetch, Python starts when a reader comes near.
const warm = async () => {
  const here = await readParts().then(held).catch(() => false);
  if (here) await session.start().catch(() => {});
};

class Start {
  constructor(frame) {
    this.frame = frame;
    this.form = frame.querySelector("fieldset.controls");
    this.button = frame.querySelector(".experiment-start button");
    this.news = frame.querySelector(".experiment-news");
    this.moved = {};  // what the reader has set, by the name of its control
    this.form.disabled = this.button.disabled = false;
    this.form.oninput = ({ target }) => this.move(target);
    this.form.onpointerdown = () => { this.held = new Promise((done) => {
      addEventListener("pointerup", done, { once: true });
      addEventListener("pointercancel", done, { once: true });
    }); };
    this.button.onclick = () => this.start(true);
    frame.addEventListener("pointerenter", warm, { once: true });
    frame.addEventListener("focusin", warm, { once: true });
  }

  move(input) {
    const { name, type, value, dataset } = input;
    this.moved[name] = type === "range" || type === "radio" ? Number(value) : value;
    const shown = input.parentElement.querySelector("output");
    const number = Number(value).toFixed(2).replace("-", "−");
    if (shown) shown.value = dataset.labels ? JSON.parse(dataset.labels)[value] : number;
    this.start(false);
  }

  async start(asked) {
    if (this.frame.dataset.state === "starting") return;
    this.frame.dataset.state = "starting";
    const said = new MutationObserver(() => { this.news.textContent = news.textContent; });
    said.observe(news, { childList: true, characterData: true, subtree: true });
    try {
      await session.start();
      await this.held;
      await this.run(asked);
      this.news.textContent = "";
    } catch (error) { this.news.textContent = explain(session.error ?? error); }
    said.disconnect();
    delete this.frame.dataset.state;
  }

  async run(asked) {
    const cell = cellOf(this.frame.querySelector(".experiment-code > .cell:last-child"));
    const moved = `from bp.experiments.kit import moved; moved |= ${JSON.stringify(this.moved)}`;
    const outputs = silent();
    const at = [...this.form.children].findIndex((line) => line.contains(document.activeElement));
    const fine = await session.execute(`${this.frame.dataset.start}; ${moved}`, outputs);
    if (fine) await session.run(cell);
    else for (const output of outputs.said) cell.outputs.add(output);
    this.moved = {};
    if (!fine) return;
    const box = this.frame.querySelector(".explored");
    if (asked) box?.querySelector(".player button")?.click();
    if (!asked && at < 0) return;
    const control = box?.querySelectorAll(CONTROLS)[Math.max(at, 0)];
    (control?.querySelector(HANDLE) ?? box?.querySelector(HANDLE))?.focus({ preventScroll: true });
  }
}

for (const frame of document.querySelectorAll(".experiment[data-start]")) new Start(frame);
