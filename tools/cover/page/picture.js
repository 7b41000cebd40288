// The picture: pixels, neurons, answers, errors and the cost, as of now.
import {framed} from './ink.js';
import {places} from './layout.js';
import {lines, stale} from './lines.js';
import {ANSWERS, HIDDEN, best, blank, state} from './state.js';

const LARGEST = 4 / 27;  // of any error of an answer: a(1 - a) · a at a = 2/3
const canvas = document.querySelector('#board canvas'), pen = canvas.getContext('2d');
const {abs, floor, max, min} = Math;
let g, colours, sharp = 1, fine = 1;  // less fine on a slow machine

const dim = v => { pen.globalAlpha = v; };
const disc = (x, y, r) => { pen.beginPath(); pen.arc(x, y, r, 0, 7); };
const box = (x, y, w, h, r) => { pen.beginPath(); pen.roundRect(x, y, w, h, r); };
function text(words, x, y, ink, {size = g.small, align = 'left', weight = 400} = {}) {
  pen.font = `${weight} ${size}px ${colours.sans}`;
  pen.fillStyle = ink;
  pen.textAlign = align;
  pen.fillText(words, x, y);
}

/** Take the page's colours. */
export function recolour() {
  const style = getComputedStyle(document.documentElement), of = name => style.getPropertyValue('--' + name).trim();
  const names = ['text', 'soft', 'line', 'paper', 'a', 'delta', 'w', 'C', 'ta', 'td', 'tw', 'tc', 'sans'];
  colours = Object.fromEntries(names.map(name => [name, of(name)]));
  stale(true);
}

/** Take the board's size; where things are then. */
export function resize() {
  g = places(canvas.clientWidth, canvas.clientHeight);
  sharp = min(devicePixelRatio || 1, fine < 1 ? 1.5 : 2);
  canvas.width = g.W * sharp;
  canvas.height = g.H * sharp;
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  stale(true);
  return g;
}

/** Fewer lines, where frames come late. */
export function coarsen() {
  if (fine < 1) return;
  fine = 0.6;
  resize();
}

const strip = name => lines(name, g, colours, sharp, state.drawing ? 0.5 : fine);
function copy(c, a, b, alpha) {  // the part from a to b
  if (b <= a) return;
  dim(alpha);
  pen.drawImage(c, (a - c.left) * c.ratio, 0, (b - a) * c.ratio, c.height, a, 0, b - a, g.H);
  dim(1);
}

/** A front along the lines: before it nothing, behind it what stays. */
function front(name, p, stays, alpha, back) {
  if (p <= 0 || alpha <= 0.01) return;
  const c = strip(name), at = u => c.left + floor(c.span * u / 18);
  if (p === 1) return copy(c, c.left, c.left + c.span, alpha * stays);
  for (let i = 0; i < 18; i++) {
    const d = p * 1.3 - (i + 0.5) / 18, later = max(0, min(1, (d - 0.05) / 0.25));
    const bright = d <= 0 ? 0 : d < 0.05 ? d / 0.05 : 1 - (1 - stays) * later;
    if (bright) back ? copy(c, at(17 - i), at(18 - i), alpha * bright) : copy(c, at(i), at(i + 1), alpha * bright);
  }
}

function drawHeads({h, o, e2}) {
  const head = (words, x, on, align) => { dim(0.75 + 0.25 * on); text(words, x, g.small + 1, colours.soft, {align}); };
  head(g.wide ? '64 pixels a⁰' : 'pixels a⁰', g.fx, 1);
  head(g.wide ? `${HIDDEN} neurons a¹` : 'a¹', g.hx, h, 'center');
  head(g.wide ? `${ANSWERS} answers a²` : 'answers a²', g.ox - g.r, o, 'left');
  dim(e2);
  text(g.wide ? 'error δ²' : 'δ²', g.dx + (g.wide ? 38 : 0), g.small + 1, colours.td, {align: g.wide ? 'right' : 'center'});
  dim(1);
}

function drawLines({f1, f2, b2, gw, g: glow, keep}) {
  const r1 = strip('r1'), r2 = strip('r2');
  copy(r1, g.fx + g.S + 1, r1.left + r1.span, 0.16);
  copy(r2, r2.left, r2.left + r2.span, 0.3);
  front('f1', f1, 0.45, 0.9 * keep);
  front('f2', f2, 0.5, keep);
  front('b2', b2, 0.6, 1 - gw, true);
  front('g2', min(1, gw * 1.6), 0.85, glow, true);
  front('g1', max(0, gw * 1.6 - 0.6), 0.7, glow, true);
}

function drawDigit({ink, glide}) {
  const cell = g.S / 8, faint = state.strokes.length ? 0.2 + 0.8 * glide : 1;
  box(g.fx - 0.5, g.fy - 0.5, g.S + 1, g.S + 1, 6);
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.stroke();
  state.now.x.forEach((pixel, k) => {
    const v = pixel * ink * faint;
    if (v < 0.02) return;
    box(g.fx + (k % 8) * cell + 1, g.fy + (k >> 3) * cell + 1, cell - 2, cell - 2, cell * 0.14);
    dim(min(1, 1.5 * v + 0.15)); pen.fillStyle = colours.paper; pen.fill();
    dim(v); pen.fillStyle = colours.a; pen.fill();
  });
  dim(1);
  if (state.strokes.length && glide < 1) drawPen(glide);
  if (blank()) text('draw here', g.fx + g.S / 2, g.fy + g.S / 2 + 5, colours.soft, {size: g.small + 3, align: 'center'});
}

function drawPen(glide) {  // from where it was drawn to its place in the frame
  const put = framed(state.strokes), u = g.S / 200, q = g.S / 32;
  const mix = (p, e) => p * u * (1 - glide) + e * q * glide;
  dim(1 - glide);
  pen.strokeStyle = colours.text;
  pen.lineWidth = 13 * u;
  pen.lineCap = pen.lineJoin = 'round';
  for (const stroke of state.strokes) {
    pen.beginPath();
    for (const p of stroke) {
      const [x, y] = put(p);
      pen.lineTo(g.fx + mix(p[0], x), g.fy + mix(p[1], y));
    }
    if (stroke.length === 1) pen.lineTo(g.fx + stroke[0][0] * u + 0.1, g.fy + stroke[0][1] * u);
    pen.stroke();
  }
  dim(1);
  pen.lineCap = 'butt';
}

function neuron(x, y, v) {
  disc(x, y, g.r);
  pen.fillStyle = colours.paper;
  pen.fill();
  if (v > 0.01) { dim(min(1, v)); pen.fillStyle = colours.a; pen.fill(); dim(1); }
  pen.strokeStyle = v > 0.25 ? colours.a : colours.soft;
  pen.lineWidth = 1.2;
  pen.stroke();
}

/** An error: on the left if negative, on the right if positive. */
function half(x, y, v, ink, alpha) {
  if (abs(v) < 0.02 || alpha <= 0) return;
  const wide = (g.wide ? 9 : 6) * min(1, abs(v)), turn = v < 0 ? Math.PI : 0;
  dim(alpha);
  pen.strokeStyle = ink;
  pen.lineWidth = wide;
  pen.beginPath();
  pen.arc(x, y, g.r + 2 + wide / 2, turn - 1.25, turn + 1.25);
  pen.stroke();
  dim(1);
}
function halves(x, y, v, errors, see) {  // they turn into the slopes of the biases
  half(x, y, v, colours.delta, errors * (1 - see.gb));
  half(x, y, v, colours.w, see.gb * see.g);
}

function bar(x, y, width, ink) {
  pen.fillStyle = ink;
  pen.fillRect(width < 0 ? x + width : x, y - g.thick / 2, abs(width), g.thick);
}

function drawAnswer(j, see, top) {
  const y = g.oy[j], low = y + g.bar, v = state.now.o[j] * see.o, wished = state.wish === j && see.y;
  neuron(g.ox, y, v);
  halves(g.ox, y, state.now.d2[j] / LARGEST, see.e2, see);
  bar(g.bx, low, 1, colours.line);
  if (v > 0.004) bar(g.bx, low, max(1, g.bw * v), colours.a);
  if (wished) {
    dim(see.y);
    pen.strokeStyle = colours.text;
    pen.lineWidth = 1.2;
    pen.setLineDash([3, 3]);
    box(g.bx, low - g.thick / 2 - 3, g.bw, g.thick + 6, 3);
    pen.stroke();
    pen.setLineDash([]);
    dim(1);
  }
  if (see.o > 0.6 && state.now.o[j] > 0.045) {
    const x = g.bx + (g.wide ? max(g.bw * v, wished ? g.bw + 2 : 0) + 7 : 0);
    dim((see.o - 0.6) / 0.4);
    text(state.now.o[j].toFixed(2), x, g.wide ? y + 5 : y - 4, j === top ? colours.text : colours.soft);
    dim(1);
  }
  if (!see.e2) return;
  dim(see.e2);
  bar(g.dx, low, 1, colours.line);
  bar(g.dx, low, state.now.d2[j] / LARGEST * g.dw * see.e2, colours.delta);
  dim(1);
}

function drawCost(alpha) {
  const {costs} = state, n = max(6, costs.length - 1), m = max(0.5, ...costs);
  const at = i => [g.fx + 4 + (g.S - 10) * i / n, g.cy + g.ch * (1 - costs[i] / m)];
  dim(alpha);
  text(`cost C = ${costs.at(-1).toFixed(3)}`, g.fx, g.cy - 14, colours.tc, {weight: 600});
  if (g.wide) text('steps', g.fx + g.S, g.cy - 14, colours.soft, {align: 'right'});
  pen.fillStyle = colours.line;
  pen.fillRect(g.fx, g.cy + g.ch, g.S, 1);
  pen.strokeStyle = pen.fillStyle = colours.C;
  pen.lineWidth = 2;
  pen.lineJoin = 'round';
  pen.beginPath();
  costs.forEach((_, i) => pen.lineTo(...at(i)));
  pen.stroke();
  costs.forEach((_, i) => {
    if (costs.length < 16 || i === costs.length - 1) { disc(...at(i), g.wide ? 3.5 : 2.6); pen.fill(); }
  });
  dim(1);
}

/** All of it, as far as it is seen. */
export function draw() {
  const {now, see} = state, top = best(now.o);
  pen.clearRect(0, 0, g.W, g.H);
  pen.textBaseline = 'alphabetic';
  drawHeads(see);
  drawLines(see);
  drawDigit(see);
  for (let j = 0; j < HIDDEN; j++) {
    neuron(g.hx, g.hy[j], now.h[j] * see.h);
    halves(g.hx, g.hy[j], now.d1[j] / state.unit, see.e1, see);
  }
  for (let j = 0; j < ANSWERS; j++) drawAnswer(j, see, top);
  if (see.cost) drawCost(see.cost);
}
