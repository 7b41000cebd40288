// Run this page live: the bar, which says what Python is at, and what its buttons do.
import * as chapter from "./chapter.js";
import { Clock, lastStart, promised } from "./line.js";
import { held, readParts, session } from "./session.js";
import * as words from "./words.js";

const LONG = 500, DEAF = 4000;  // ms: what is worth saying of a slider's move; no answer to Stop
const bar = document.querySelector(".live-bar");
const place = bar.parentElement;
const news = bar.querySelector(".live-news");
const [main, restart, reset] = bar.querySelectorAll("button");
let doing;  // what is going on, where it is more than one cell
let note;  // what it came to
let clock, stopping, later;

// `share` of the way, when it is known; `at`, the cell that is meant.
function say(state, text, { share = 0, at } = {}) {
  bar.dataset.state = state;
  bar.style.setProperty("--live-share", share);
  if (news.textContent === text + (at ? words.SHOW : "")) return;
  news.textContent = text;
  if (!at) return;
  const link = document.createElement("a");
  Object.assign(link, { href: `#${at.node.id}`, textContent: words.SHOW });
  news.append(link);
}

// A button keeps its place, so that whoever works by keyboard keeps theirs.
function offer(text, deed) {
  main.textContent = text;
  main.onclick = once(deed);
  hide(restart, session.state !== "ready");
  hide(reset, session.state !== "ready" || !chapter.edited());
}

// Nobody's place is lost with a button.
function hide(button, hidden) {
  if (hidden && document.activeElement === button) main.focus();
  button.hidden = hidden;
}

// Not for the second click of two.
const once = (deed) => ({ detail }) => { if (detail < 2) deed(); };

const views = {
  idle() {
    offer(words.RUN + words.withEdits(chapter.edited()), () => act(run));
    say("idle", words.STOPPED);
  },
  starting() {
    offer("Stop", () => session.stop());
    if (bar.dataset.state !== "starting") say("starting", words.STARTING);
  },
  failed() {
    offer("Try again", () => act(run));
    say("failed", words.explain(session.error));
  },
  running() {
    const cell = session.jobs[0]?.of, asked = stopping && performance.now() - stopping;
    const text = words.running(cell?.number, chapter.cells.length);
    const share = cell ? (cell.number - 1) / chapter.cells.length : 0;
    if (asked >= DEAF) {
      offer("Start anew", () => act(again));
      hide(restart, true);
      say("running", words.DEAF, { share });
    } else {
      offer("Stop", stop);
      say("running", asked ? words.STOPPING : text, { share });
    }
  },
  ready() {
    const stopped = chapter.cells.find((cell) => cell.state === "stopped");
    offer("Run all", () => act(runAll));
    if (note || !stopped) say("ready", note ?? words.ready(chapter.edited(), chapter.stale.length));
    else say("ready", words.stopped(stopped.number), { at: stopped });
  },
};

function show() {
  clearTimeout(later);
  if (!session.busy) stopping = undefined;
  if (session.state !== "ready") return views[session.state]();
  if (session.jobs.length || stopping) return views.running();
  if (doing) return;
  if (!session.busy) return views.ready();
  later = setTimeout(() => { if (session.busy) views.running(); }, LONG);
}

// A later deed takes the place of an earlier one.
async function act(deed) {
  const mine = doing = {};
  note = undefined;
  const said = await deed().catch(() => {});  // the bar has said it
  if (doing !== mine) return;
  doing = undefined;
  note = said;
  show();
}

const runAll = async () => { await chapter.runEach(chapter.cells); };

// From the first click to the page run.
async function run() {
  await session.start();
  await runAll();
}

async function startAnew() {
  session.stop();
  await session.start();
  return words.RESTARTED;
}

function stop() {
  stopping = performance.now();
  session.interrupt();
  setTimeout(show, DEAF);
  show();
}

// A new Python, in which all runs that had run above the cell that did not stop.
async function again() {
  const stuck = session.jobs[0]?.of;
  const before = chapter.ranBefore(stuck);
  await startAnew();
  await chapter.runEach(before);
  return words.again(before.length, stuck?.number);
}

function putBack() {
  if (!confirm(words.resetting(chapter.edited()))) return;
  if (session.busy) stop();
  chapter.reset();
  act(runAll);
}

session.addEventListener("change", () => {
  place.style.height ||= `${bar.offsetHeight}px`;
  if (session.state === "starting") clock ??= new Clock();
  else clock = void (session.state === "ready" && clock?.ready());
  if (session.jobs.length && !doing) note = undefined;
  show();
});
session.addEventListener("progress", ({ detail }) =>
  say("starting", ...words.step(detail, clock.step(detail))));
chapter.onEdit(show);

// Once the page itself has come, since the line is measured by it.
async function promise() {
  const parts = await readParts();
  if (document.readyState !== "complete") await new Promise((come) => addEventListener("load", come));
  const here = await held(parts);
  const seconds = here ? lastStart() : promised(parts.transfer);
  if (session.state === "idle") news.textContent = words.promise(here, parts.transfer, seconds, chapter.edited());
}

bar.dataset.here = "";  // see first.js
restart.onclick = once(() => act(startAnew));
reset.onclick = once(putBack);
offer(words.RUN + words.withEdits(chapter.edited()), () => act(run));
if (bar.dataset.state === "clicked") act(run);
await promise().catch(() => {});
