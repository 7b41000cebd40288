// What there is, and what of it is seen.
import {backprop, forward} from './core.js';
import {DATA} from './data.js';
import {digits, unpack} from './unpack.js';

export const [INPUTS, HIDDEN, ANSWERS] = DATA.net.sizes;
export const samples = digits(DATA.digits);
export const first = samples[DATA.first];
export const still = matchMedia('(prefers-reduced-motion: reduce)');
export const zeros = n => new Float32Array(n);
export const best = a => a.indexOf(Math.max(...a));

// Each from 0 to 1: the input, forwards to both layers, the wish, errors and
// slopes, the cost; how far a drawing has gone to its pixels.
export const OFF = {ink: 1, f1: 0, f2: 0, h: 0, o: 0, y: 0, e2: 0, b2: 0, e1: 0, gb: 0, gw: 0, g: 1, cost: 0, glide: 1, keep: 1};

export const state = {
  net: unpack(DATA.net), changed: false,
  x: first.x, source: first, strokes: [], drawing: false,
  wish: null, costs: [], run: null,
  now: {x: zeros(INPUTS), h: zeros(HIDDEN), o: zeros(ANSWERS), d1: zeros(HIDDEN), d2: zeros(ANSWERS)},
  see: {...OFF, ink: 0},
  unit: 1,  // the largest error of the hidden layer
};

export const blank = () => state.source === null && !state.strokes.length;

/** Run the network forwards and back, for what is wished. */
export function compute() {
  const y = zeros(ANSWERS);
  if (state.wish !== null) y[state.wish] = 1;
  state.run = backprop(state.net, state.x, y);
}

/** What was computed is what is shown. */
export function show(fresh) {
  const {a, delta} = state.run;
  state.now = {x: a[0], h: a[1], o: a[2], d1: delta[1], d2: delta[2]};
  if (fresh) state.unit = Math.max(1e-7, ...delta[1].map(Math.abs));
}

/** How many of the test digits the network reads as they were meant. */
export const right = () => samples.filter(s => best(forward(state.net, s.x).a[2]) === s.label).length;

export function forget() {
  state.net = unpack(DATA.net);
  state.changed = false;
}
