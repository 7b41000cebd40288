// Lines between neurons: drawn once in a few shades, then only copied.
import {ANSWERS, HIDDEN, INPUTS, state} from './state.js';

const W1 = (j, k) => state.net.w[1][j * INPUTS + k], W2 = (j, k) => state.net.w[2][j * HIDDEN + k];
const KINDS = {  // layer, how many, colour, width, what makes a line strong
  r1: [1, 260, 'soft', 0.6, W1],
  r2: [2, 90, 'soft', 0.6, W2],
  f1: [1, 200, 'a', 1, (j, k) => W1(j, k) * state.run.a[0][k]],
  f2: [2, 60, 'a', 1.4, (j, k) => W2(j, k) * state.run.a[1][k]],
  b2: [2, 70, 'delta', 1.5, (j, k) => W2(j, k) * state.run.delta[2][j]],
  g1: [1, 100, 'w', 1.4, (j, k) => state.run.w[1][j * INPUTS + k]],
  g2: [2, 40, 'w', 2, (j, k) => state.run.w[2][j * HIDDEN + k]],
};
const strips = {};
let good = {};  // which of them are up to date

/** Draw them anew when they are next seen; all, or but those at rest. */
export const stale = all => { good = all ? {} : {r1: good.r1, r2: good.r2}; };

function strength(l, most, value, fine) {
  const n = l === 1 ? INPUTS : HIDDEN, m = l === 1 ? HIDDEN : ANSWERS;
  const v = Float32Array.from({length: n * m}, (_, i) => Math.abs(value(Math.floor(i / n), i % n)));
  const peak = Math.max(1e-9, ...v), few = v.slice().sort()[Math.floor(n * m - most * fine)];
  return {n, v, peak, least: Math.max(few, peak * 0.03)};
}

function drawStrip(ink, l, g, {n, v, peak, least}) {
  for (let shade = 0; shade < 5; shade++) {
    ink.globalAlpha = 0.2 + 0.2 * shade;
    ink.beginPath();
    for (let i = 0; i < v.length; i++) {
      if (v[i] < least || Math.min(4, Math.floor(5 * v[i] / peak)) !== shade) continue;
      const j = Math.floor(i / n), k = i % n, pixel = g.S / 8;
      const by = (l === 1 ? g.hy : g.oy)[j], bx = l === 1 ? g.hx - g.r : g.ox - g.r;
      const ay = l === 1 ? g.fy + ((k >> 3) + 0.5) * pixel : g.hy[k];
      const ax = l === 1 ? g.fx + (k % 8 + 0.5) * pixel : g.hx + g.r;
      const x = ax + (bx - ax) * 0.55;
      ink.moveTo(ax, ay);
      ink.bezierCurveTo(x, ay, x, by, bx, by);
    }
    ink.stroke();
  }
}

/** The strip of one kind: a canvas that knows where it belongs. */
export function lines(name, g, colours, sharp, fine) {
  const [l, most, colour, width, value] = KINDS[name];
  const c = strips[name] ??= document.createElement('canvas');
  if (good[name]) return c;
  good[name] = true;
  c.left = Math.floor(l === 1 ? g.fx : g.hx);
  c.span = Math.floor(l === 1 ? g.hx : g.ox) - c.left;
  c.ratio = Math.max(1, sharp * fine);
  c.width = c.span * c.ratio;
  c.height = g.H * c.ratio;
  const ink = c.getContext('2d');
  ink.setTransform(c.ratio, 0, 0, c.ratio, -c.left * c.ratio, 0);
  ink.strokeStyle = colours[colour];
  ink.lineWidth = width * (g.wide ? 1 : 0.75);
  drawStrip(ink, l, g, strength(l, most, value, fine * (g.wide ? 1 : 0.65)));
  return c;
}
