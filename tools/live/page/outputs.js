// What a cell shows, in the same markup as the pages have from their build.

const element = (tag, classes, ...inside) => {
  const made = document.createElement(tag);
  made.className = classes;
  made.append(...inside);
  return made;
};

const printed = (kind, text) =>
  element("div", `output ${kind} highlight-myst-ansi notranslate`,
    element("div", "highlight", element("pre", "", text)));

const VIEW = "application/vnd.jupyter.widget-view+json";
// The richest form of a result first, with how it is put on the page.
const FORMS = {
  [VIEW]: (view, on) => {
    const place = element("div", "output widget");
    on.pending.push(on.showWidget(view.model_id, place).then((v) => on.views.push(v)));
    return place;
  },
  "text/html": (html) => {
    const place = element("div", "output text_html");
    place.append(document.createRange().createContextualFragment(html));
    return place;
  },
  "text/latex": (tex, on) => {
    const place = element("div", "output text_latex mathjax_process", tex);
    on.pending.push(window.typeset?.(place));
    return place;
  },
  "image/svg+xml": (svg) => FORMS["text/html"](svg),
  "image/png": (data) => {
    const picture = element("img", "");
    picture.src = `data:image/png;base64,${data}`;
    picture.alt = "a picture that the cell has drawn";
    return element("div", "output image_png", picture);
  },
  "text/plain": (text) => printed("text_plain", text),
};

// The outputs of one cell, below it.
export class Outputs {
  constructor(cell, showWidget) {
    this.place = document.getElementById(`${cell.id}-output`)  // of an experiment, in its frame
      ?? cell.querySelector(":scope > .cell_output, :scope > details > .cell_output");
    if (!this.place) {
      this.place = element("div", "cell_output docutils container");
      cell.append(this.place);
    }
    this.showWidget = showWidget;
    this.pending = [];  // promises of what is still being drawn
    this.views = [];  // of widgets
    this.named = new Map();  // by display_id
    this.built = [...this.place.childNodes];
  }

  // As much of it as there is room for.
  reveal() { this.place.scrollIntoView({ block: "nearest" }); }

  // The old outputs stay until there are new ones, so that nothing jumps.
  begin() {
    this.place.style.minHeight = `${this.place.offsetHeight}px`;
    this.stale = true;
  }

  async end() {
    this.fresh();
    await Promise.allSettled(this.pending.splice(0));
    this.place.style.minHeight = "";
  }

  fresh() {
    if (this.stale) this.replace();
    this.stale = false;
  }

  replace(...nodes) {
    for (const view of this.views.splice(0)) view.remove();
    this.place.replaceChildren(...nodes);
  }

  // As they stood on the page when it came.
  restore() {
    this.place.style.minHeight = "";
    this.replace(...this.built);
  }

  // Widgets without their other half give way to what was printed.
  cut() {
    if (this.views.length) this.restore();
  }

  clear({ wait }) {
    this.stale = true;
    if (!wait) this.fresh();
  }

  add(output) {
    const { output_type: type } = output;
    if (type === "update_display_data") return this.update(output);
    this.fresh();
    if (type === "stream") this.stream(output);
    else this.put(output, (made) => this.place.append(made));
  }

  // Text goes on where the same stream stopped; "\r" starts its line again.
  stream({ name, text }) {
    const kind = name === "stderr" ? "stderr" : "stream";
    const last = this.place.lastElementChild;
    const goesOn = last?.matches(`.output.${kind}`);
    const block = goesOn ? last : printed(kind, "");
    if (!goesOn) this.place.append(block);
    const pre = block.querySelector("pre");
    pre.textContent = (pre.textContent + text).replace(/^.*\r(?!\n)/gm, "");
  }

  put({ data, transient }, place) {
    const form = Object.keys(FORMS).find((mime) => mime in data);
    if (!form) return;
    const made = FORMS[form](data[form], this);
    if (transient?.display_id) this.named.set(transient.display_id, made);
    place(made);
  }

  update(output) {
    const old = this.named.get(output.transient?.display_id);
    if (old) this.put(output, (made) => old.replaceWith(made));
  }
}
