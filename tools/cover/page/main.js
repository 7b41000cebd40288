// What the visitor does.
import {inkOf} from './ink.js';
import {stale} from './lines.js';
import {draw, recolour, resize} from './picture.js';
import {begun, play, stop, whenPlaying} from './play.js';
import {ANSWERS, INPUTS, best, blank, compute, first, forget, right, samples, show, state, still, zeros} from './state.js';
import {alone, intro, meant, read, restart, standing} from './story.js';
import {an, blue, light, reads, say} from './words.js';

const $ = id => document.getElementById(id), page = document.documentElement;
const board = $('board'), pad = $('pad');
let plays = false;

const answers = Array.from({length: ANSWERS}, (_, d) => {
  const e = document.createElement('button');
  Object.assign(e, {type: 'button', className: 'answer', textContent: d, ariaLabel: `I meant ${an(d)}`});
  e.onclick = () => { if (!blank()) meant(d); };
  board.append(e);
  return e;
});

function place() {
  const g = resize(), put = (e, left, top, width, height) => Object.assign(e.style, {
    left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`});
  put(pad, g.fx, g.fy, g.S, g.S);
  put($('tools'), g.fx, g.fy + g.S + (g.wide ? 6 : 3), g.S, g.wide ? 30 : 40);
  put($('tools2'), g.fx, g.H - (g.wide ? 30 : 40), g.S, g.wide ? 30 : 40);
  answers.forEach((e, j) => put(e, g.ox + g.r + 5, g.oy[j] - g.row / 2 + 1, g.W - g.ox - g.r - 5, g.row - 2));
  draw();
}

whenPlaying(on => {
  plays = on;
  if (!on) light(0);
  $('again').textContent = on ? 'stop' : 'play again';
  $('reset').disabled = !state.changed;
});

let lately = 0;
function readNow(aloud) {
  compute();
  if (aloud || performance.now() - lately > 100) {
    lately = performance.now();
    stale();
  }
  show(true);
  restart({f1: 1, f2: 1, h: 1, o: 1, glide: state.see.glide});
  const a = [...state.run.a[2]], c = best(a), second = best(a.map((v, j) => j === c ? -1 : v));
  say(`${reads()}; next comes ${an(second)} with ${blue(a[second].toFixed(2))}. ${aloud ? 'Meant another? Press the answer that you wanted.' : ''}`, aloud);
}

function empty() {
  stop();
  Object.assign(state, {strokes: [], source: null, x: zeros(INPUTS)});
  compute();
  stale();
  show(true);
  restart({glide: 0});
  draw();
  say('Draw a digit on the field, large or small: it is brought to the size of the data, and read while you draw.');
}

const take = sample => read(sample, () => { readNow(true); draw(); });

// The pen.
let due = false;
function later() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    if (!state.strokes.length) return;
    state.x = inkOf(state.strokes);
    readNow(false);
    draw();
  });
}
function point(e) {  // the field is 200 wide, whatever its size
  const b = pad.getBoundingClientRect();
  return [Math.round((e.clientX - b.left) * 200 / b.width), Math.round((e.clientY - b.top) * 200 / b.height)];
}
pad.onpointerdown = e => {
  e.preventDefault();
  pad.focus({preventScroll: true});
  pad.setPointerCapture(e.pointerId);
  stop();
  if (state.source) Object.assign(state, {source: null, strokes: []});
  state.drawing = true;
  state.see.glide = 0;
  state.strokes.push([point(e)]);
  later();
};
pad.onpointermove = e => {
  if (!state.drawing) return;
  const some = e.getCoalescedEvents?.() ?? [];
  for (const one of some.length ? some : [e]) state.strokes.at(-1).push(point(one));
  later();
};
pad.onpointerup = pad.onpointercancel = () => {
  if (!state.drawing) return;
  state.drawing = false;
  play(async ({to, wait}) => {
    await wait(450);
    state.x = inkOf(state.strokes);
    readNow(true);
    await to(650, {glide: 1});
  }, true);
};

// Keys and buttons.
let next = 1;
pad.onkeydown = e => {
  if (e.key >= '0' && e.key <= '9') {
    const mine = samples.filter(s => s.label === +e.key);
    take(mine[next++ % mine.length]);
    e.preventDefault();
  } else if (['Escape', 'Delete', 'Backspace'].includes(e.key)) empty();
};
$('draw').onclick = () => {
  empty();
  pad.focus({preventScroll: true});
  pad.scrollIntoView({block: 'nearest', behavior: still.matches ? 'auto' : 'smooth'});
};
$('clear').onclick = empty;
$('other').onclick = () => take(samples[(samples.indexOf(first) + 37 * next++) % samples.length]);
$('again').onclick = () => plays ? stop() : intro();
$('reset').onclick = () => {
  forget();
  stop();
  stale(true);
  if (blank()) { compute(); show(true); } else readNow(true);
  draw();
  say(`As it was trained: ${right()} of ${samples.length} test digits. ${$('say').innerHTML}`);
};
document.querySelectorAll('.eqs button').forEach((e, i) => {
  let hover;
  const go = () => { if (!blank()) alone(i + 1); };
  e.onpointerenter = p => { if (p.pointerType === 'mouse') hover = setTimeout(() => { if (!plays) go(); }, 250); };
  e.onpointerleave = () => clearTimeout(hover);
  e.onclick = () => { clearTimeout(hover); go(); };
});
$('theme').onclick = () => {
  const to = page.dataset.theme === 'dark' ? 'light' : 'dark';
  page.dataset.theme = to;
  try { localStorage.setItem('mode', to); localStorage.setItem('theme', to); } catch {}
  recolour();
  draw();
};

page.classList.add('js');
recolour();
compute();
show(true);
place();
let width = board.clientWidth;
addEventListener('resize', () => { if (board.clientWidth !== width) { width = board.clientWidth; place(); } });
if (still.matches) standing();
else setTimeout(() => { if (!begun()) intro(); }, 500);
