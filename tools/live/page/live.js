// Run this page live: the bar below the title, and what its buttons do.
import { Cell } from "./cells.js";
import { keep, kept, marks } from "./edits.js";
import { held, readParts, Session } from "./session.js";
import * as words from "./words.js";

const bar = document.querySelector(".live-bar");
const news = bar.querySelector(".live-news");
const buttons = bar.querySelector(".live-buttons");
const nodes = [...document.querySelectorAll("div.cell:has(.cell_input pre)")];
const codeOf = (node) => node.querySelector(".cell_input pre").textContent.replace(/\n$/, "");
const markOf = marks(nodes.map(codeOf));
let cells, session;

// idle, starting, running, ready or failed; `share` of the way, when it is known
function say(state, text, share = 0) {
  bar.dataset.state = state;
  news.textContent = text;
  bar.style.setProperty("--live-share", share);
}

function show(...wanted) {
  buttons.replaceChildren(...wanted.map(([text, act]) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: text, onclick: act });
    return button;
  }), ...buttons.querySelectorAll("a"));
}

const showAll = () => show(["Run all", runAll], ["Restart", restart], ["Reset this page", reset]);

const on = {
  run: (cell) => { if (bar.dataset.state !== "starting") session?.run(cell); },
  next: (cell) => cells[cells.indexOf(cell) + 1]?.editor.area.focus(),
  changed: (cell) => keep(markOf[cell.number - 1], cell.edited ? cell.code : null),
  showWidget: (id, place) => session.showWidget(id, place),
};

function openCells() {
  cells = nodes.map((node, i) => new Cell(node, i + 1, on));
  const edits = kept();
  cells.forEach((cell, i) => { if (markOf[i] in edits) cell.code = edits[markOf[i]]; });
}

async function start() {
  show();
  say("starting", "Starting.");
  session = new Session({
    progress: ({ step, ...how }) => say("starting", ...words.STEPS[step](how)),
    failed: (error) => fail(error),
  });
  await session.start(await readParts());
  showAll();
}

function stop() {
  session?.stop();
  session = undefined;
  for (const cell of cells) cell.cut();
}

function fail(error) {
  stop();
  say("failed", words.explain(error));
  show(["Try again", run]);
}

// Run every cell from the top; the first error ends it.
async function runAll() {
  if (bar.dataset.state === "running") return;
  const mine = session;
  for (const cell of cells) {
    say("running", words.running(cell.number, cells.length), (cell.number - 1) / cells.length);
    const fine = await session.run(cell);
    if (session !== mine) return;
    if (!fine) return say("ready", words.stopped(cell.number));
  }
  say("ready", words.READY);
}

// From the first click to the page run.
async function run() {
  if (!cells) openCells();
  try {
    await start();
  } catch (error) {
    return fail(error);
  }
  await runAll();
}

async function restart() {
  stop();
  try {
    await start();
    say("ready", words.RESTARTED);
  } catch (error) { fail(error); }
}

async function reset() {
  const edited = cells.filter((cell) => cell.edited);
  if (edited.length && !confirm(words.resetting(edited.length))) return;
  for (const cell of edited) {
    cell.reset();
    on.changed(cell);
  }
  await runAll();
}

const button = bar.querySelector(".live-run");
bar.dataset.here = "";  // see first.js
button.onclick = run;
if (bar.dataset.state === "clicked") run();
button.textContent += words.withEdits(markOf.filter((mark) => mark in kept()).length);
const parts = await readParts().catch(() => ({}));
if (await held(parts) && bar.dataset.state === "idle") news.textContent = words.HELD;
