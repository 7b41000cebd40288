// A cell's code made editable where it stands: a text area of the same type and size
// lies, with clear letters, over the highlighted code, which gives it its height.
import { highlight } from "./highlight.js";

const INDENT = "    ";
const LETTERS = ["fontFamily", "fontSize", "lineHeight", "letterSpacing", "tabSize", "padding"];

export class Editor {
  constructor(pre, label, { changed, run, leave }) {
    this.pre = pre;
    this.book = [...pre.childNodes];
    this.source = pre.textContent.replace(/\n$/, "");
    this.area = document.createElement("textarea");
    Object.assign(this.area, { value: this.source, spellcheck: false, wrap: "off", rows: 1 });
    for (const name of ["autocapitalize", "autocomplete", "autocorrect"])
      this.area.setAttribute(name, "off");
    this.area.setAttribute("aria-label", label);
    this.area.className = "live-code";
    const look = getComputedStyle(pre);
    for (const name of LETTERS) this.area.style[name] = look[name];
    this.area.oninput = () => { this.draw(); changed(); };
    this.area.onkeydown = (event) => this.key(event, run, leave);
    pre.parentElement.classList.add("live-editor");
    pre.setAttribute("aria-hidden", "true");
    pre.after(this.area);
  }

  get code() { return this.area.value; }

  set code(text) {
    this.area.value = text;
    this.draw();
  }

  draw() {
    // A last empty line needs a letter to have a height.
    if (this.code === this.source) this.pre.replaceChildren(...this.book);
    else this.pre.replaceChildren(...highlight(this.code), "\n");
  }

  key(event, run, leave) {
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) run(event.shiftKey);
    else if (event.key === "Enter") this.type("\n" + this.indent());
    else if (event.key === "Tab" && !event.shiftKey) this.type(INDENT);
    else if (event.key === "Tab") this.outdent();
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
  }

  // Typed for the reader, so that undo takes it back.
  type(text) {
    if (!document.execCommand("insertText", false, text)) {
      const { selectionStart: start, selectionEnd: end } = this.area;
      this.area.setRangeText(text, start, end, "end");
      this.area.oninput();
    }
  }

  // The spaces that the next line begins with.
  indent() {
    const line = this.code.slice(0, this.area.selectionStart).split("\n").pop();
    return line.match(/^ */)[0] + (/:\s*$/.test(line) ? INDENT : "");
  }

  outdent() {
    const at = this.area.selectionStart;
    const start = this.code.lastIndexOf("\n", at - 1) + 1;
    const spaces = this.code.slice(start).match(/^ {0,4}/)[0].length;
    if (!spaces) return;
    this.area.setSelectionRange(start, start + spaces);
    document.execCommand("delete");
    const back = Math.max(start, at - spaces);
    this.area.setSelectionRange(back, back);
  }
}
