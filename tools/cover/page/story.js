// What plays: forwards, the four equations, the steps.
import {step} from './core.js';
import {DATA} from './data.js';
import {stale} from './lines.js';
import {draw} from './picture.js';
import {ease, play} from './play.js';
import {HIDDEN, OFF, best, compute, first, forget, right, samples, show, state} from './state.js';
import {an, blue, light, orange, press, purple, reads, red, say} from './words.js';

const ETA = DATA.eta, MOST = DATA.most;  // a digit's share of a step; steps at most
const SEEN = {...OFF, f1: 1, f2: 1, h: 1, o: 1};
const {max, min} = Math;

/** Nothing is wished any more. */
export function restart(keep) {
  Object.assign(state.see, OFF, keep);
  light(0);
  press(null);
  state.wish = null;
  state.costs = [];
}

function wish(d) {
  state.wish = d;
  press(d);
  compute();
  stale();
  show(true);
  state.costs = [state.run.cost];
}

async function forwards({to}) {
  await to(900, {f1: 1});
  await to(350, {h: 1});
  await to(650, {f2: 1});
  await to(500, {o: 1});
}

const equations = [
  async ({to, wait}) => {
    await to(500, {y: 1, cost: 1, keep: 0.25});
    say(`${reads()}; wanted: ${state.wish}. ${red('The error δ²')}: how wrong each answer is, times how much it still gives way.`);
    await to(700, {e2: 1});
    await wait(1500);
  },
  async ({to, wait}) => {
    say(`${red('The error')} goes back along the ${orange('weights')} it came by, and reaches the ${HIDDEN} neurons as ${red('δ¹')}.`);
    await to(1300, {b2: 1, keep: 0});
    await to(500, {e1: 1});
    await wait(900);
  },
  async ({to, wait}) => {
    say(`How does the ${purple('cost')} answer to a ${orange('bias')}? By exactly the ${red('error')} of its neuron.`);
    await to(800, {gb: 1});
    await wait(1200);
  },
  async ({to, wait}) => {
    say(`And to a ${orange('weight')}? By the ${red('error')} after it, times the ${blue('activation')} before it. Where there is no ink, nothing changes.`);
    await to(1300, {gw: 1});
    await wait(1300);
  },
];
async function equation(stage, n) {
  light(n);
  await equations[n - 1](stage);
}

/** One step, and the network reads again; slowly, where there is time. */
async function descend({frames}, ms) {
  const old = state.now, slow = ms > 300;
  step(state.net, state.run, ETA);
  state.changed = true;
  compute();
  if (slow) stale();
  const {a, delta, cost} = state.run, {costs, see} = state, i = costs.length, c0 = costs[i - 1];
  const mix = (from, to, p) => to.map((v, k) => from[k] + (v - from[k]) * p);
  const within = (p, start, end) => ease(min(1, max(0, (p - start) / (end - start))));
  await frames(ms, p => {
    const end = slow ? within(p, 0.55, 1) : p, h = slow ? within(p, 0.35, 0.6) : p;
    costs[i] = c0 + (cost - c0) * end;
    if (slow) Object.assign(see, {f1: within(p, 0.1, 0.5), f2: within(p, 0.5, 0.8), keep: 0.9, g: 1 - 0.9 * within(p, 0, 0.4)});
    state.now = {x: a[0], h: mix(old.h, a[1], h), o: mix(old.o, a[2], end), d1: mix(old.d1, delta[1], h), d2: mix(old.d2, delta[2], end)};
  });
  show(false);
}

const learned = () => best(state.run.a[2]) === state.wish && state.run.a[2][state.wish] > DATA.sure;

async function learn(stage) {
  const {to, wait} = stage, before = right();
  light(0);
  say('A small step against all slopes, and the network reads again.');
  let n = 0;
  do {
    if (n && n < 6) await to(n < 3 ? 350 : 150, {g: 1});
    await descend(stage, n === 0 ? 1500 : n < 3 ? 900 : n < 6 ? 450 : 70);
    if (++n <= 3) await wait(300);
  } while (!learned() && n < MOST);
  stale();
  await to(600, {g: 0, gb: 1, b2: 0, e1: 0, f1: 1, f2: 1, keep: 0.9});
  stale(true);
  say(outcome(n, before));
}

function outcome(n, before) {
  const left = right(), {wish: d, costs, run} = state, sure = blue(run.a[2][d].toFixed(2));
  const after = `After ${n === 1 ? 'one step' : `${n} steps`}`;
  const rest = ` Of ${samples.length} test digits it now reads ${left}${left === before ? ', as before' : left < before ? `, and ${before} before: one lesson costs a little elsewhere` : `, and ${before} before`}.`;
  if (!learned()) return `${after} the answer ${d} is at ${sure}. Where σ is flat, σ′ is nearly 0, and so is ${red('δ')}: <a href="${DATA.flat}">see why</a>.${rest}`;
  return `${after} it reads <b>${an(d)}</b> with ${sure}; the ${purple('cost')} fell from ${purple(costs[0].toFixed(2))} to ${purple(run.cost.toFixed(2))}.${rest}`;
}

async function whole(stage, d) {
  Object.assign(state.see, SEEN);
  wish(d);
  draw();
  for (let n = 1; n <= 4; n++) await equation(stage, n);
  await learn(stage);
}

/** The whole of it, for the answer that was meant. */
export const meant = d => play(stage => whole(stage, d));

/** The opening: a test digit that the network reads wrongly. */
export const intro = () => play(async stage => {
  forget();
  stale(true);
  restart({ink: 0});
  Object.assign(state, {strokes: [], source: first, x: first.x});
  compute();
  show(true);
  say(`A handwritten ${first.label} that the network has not seen before.`);
  await stage.to(700, {ink: 1});
  await stage.wait(300);
  await forwards(stage);
  say(`${reads()}. It was meant to be <b>${an(first.label)}</b>.`);
  await stage.wait(1500);
  await whole(stage, first.label);
  await stage.wait(2600);
  say(`${document.getElementById('say').innerHTML} Now you: draw a digit.`, false);
});

/** Another digit, read. */
export const read = (sample, then) => play(async stage => {
  Object.assign(state, {strokes: [], source: sample, x: sample.x});
  compute();
  stale();
  show(true);
  restart({ink: 0});
  say(`A handwritten ${sample.label}.`);
  await stage.to(400, {ink: 1});
  await forwards(stage);
  then();
});

/** One equation, with what comes before it already there. */
export const alone = n => play(async stage => {
  if (state.wish === null) wish(best(state.run.a[2]));
  else show(true);
  const later = on => +(n > on);
  Object.assign(state.see, SEEN, {keep: n > 2 ? 0 : 0.25, y: 1, cost: 1, e2: later(1), b2: later(2), e1: later(2), gb: later(3)});
  stale();
  draw();
  await equation(stage, n);
  light(0);
});

/** For those who want nothing to move: forwards and the error, at once. */
export function standing() {
  wish(first.label);
  Object.assign(state.see, SEEN, {y: 1, cost: 1, keep: 0.3, e2: 1, b2: 1, e1: 1});
  draw();
  say(`${reads()}; wanted: ${first.label}. ${red('The error')} goes back. Press an equation or an answer, or draw a digit.`, false);
}
