// The cells of this page: opened for editing, run in their order, marked where they are stale.
import { Cell } from "./cells.js";
import { keep, kept, marks } from "./edits.js";
import { basis, make, staleOf } from "./fresh.js";
import { session } from "./session.js";

const nodes = [...document.querySelectorAll("div.cell:has(.cell_input pre)")];
const codeOf = (node) => node.querySelector(".cell_input pre").textContent.replace(/\n$/, "");
const markOf = marks(nodes.map(codeOf));

export const cells = [];  // none before the page is live
export const cellOf = (node) => cells.find((cell) => cell.node === node);
export const edited = () => (cells.length
  ? cells.filter((cell) => cell.edited).length
  : markOf.filter((mark) => mark in kept()).length);

export let stale = [];
const isFresh = (cell) => cell.made?.fine && !stale.includes(cell);

function mark() {
  stale = staleOf(cells);
  let resting = false;  // is something above that has not run as it stands?
  for (const cell of cells) {
    cell.mark(stale.includes(cell), resting);
    resting ||= !isFresh(cell);
  }
}

let edit = () => {};
export const onEdit = (heard) => { edit = heard; };

const on = {
  run: (cell) => { if (session.state === "ready") return session.run(cell); },
  runTo: (cell) => runTo(cell),
  stop: () => session.interrupt(),
  changed: (cell) => { keep(markOf[cell.number - 1], cell.edited ? cell.code : null); mark(); edit(); },
  began: (cell) => { cell.above = basis(cells, cell); mark(); },
  ran: (cell, fine) => { cell.made = make(cell.above, cell.asked, fine); mark(); },
  showWidget: session.showWidget,
};

// With the reader's edits of an earlier visit.
function open() {
  if (cells.length) return;
  const edits = kept();
  cells.push(...nodes.map((node, i) => new Cell(node, i + 1, on)));
  cells.forEach((cell, i) => { if (markOf[i] in edits) cell.code = edits[markOf[i]]; });
  mark();
}

function cut() {
  for (const cell of cells) cell.cut();
  mark();
}

session.addEventListener("change", () => {
  if (session.state === "starting") open();
  if (session.state === "idle" || session.state === "failed") cut();
});

// Runs cells in their order; one that stops ends it, and so does the end of this Python.
export async function runEach(some) {
  const { started } = session;
  for (const cell of some)
    if (!await session.run(cell) || session.started !== started) return;
}

// Those above a cell that have run in this Python; without a cell, all of them.
export const ranBefore = (cell) =>
  cells.slice(0, cell ? cells.indexOf(cell) : undefined).filter((one) => one.made);

// What is above a cell and has not run as it stands there, and the cell.
export function runTo(cell) {
  const above = cells.slice(0, cells.indexOf(cell));
  return runEach([...above.filter((one) => !isFresh(one)), cell]);
}

export function reset() {
  for (const cell of cells.filter((one) => one.edited)) {
    cell.reset();
    on.changed(cell);
  }
}
