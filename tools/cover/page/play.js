// Time: one thing plays; a new one ends the old.
import {coarsen, draw} from './picture.js';
import {state, still} from './state.js';

class Over extends Error {}
let turn = 0, changed = () => {};
let before = Infinity, late = 0;  // the last frame; how many came late

export const ease = t => t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2;
export const begun = () => turn > 0;

/** Call this with whether something plays, whenever that changes. */
export const whenPlaying = call => { changed = call; };

export function stop() {
  turn++;
  changed(false);
}

function watch(t) {
  if (t > before) late = Math.max(0, late + (t - before > 34 ? 1 : -0.1));
  if (late > 8) coarsen();
  before = t;
}

function stage(mine) {
  const check = () => { if (mine !== turn) throw new Over(); };
  const frames = (ms, each) => new Promise((done, fail) => {
    if (still.matches || ms === 0) { each(1); draw(); return done(); }
    let start;
    const tick = t => {
      if (mine !== turn) return fail(new Over());
      start ??= t;
      watch(t);
      const p = Math.min(1, (t - start) / ms);
      each(p);
      draw();
      p < 1 ? requestAnimationFrame(tick) : done();
    };
    requestAnimationFrame(tick);
  });
  const to = (ms, aims) => {
    const {see} = state, from = {...see};
    return frames(ms, p => { for (const k in aims) see[k] = from[k] + (aims[k] - from[k]) * ease(p); });
  };
  const wait = ms => new Promise(done => setTimeout(done, ms)).then(check);
  return {to, wait, frames};
}

/** Play a story; it is left where something else begins. */
export async function play(story, quiet) {
  const mine = ++turn;
  before = Infinity;
  changed(!quiet);
  try {
    await story(stage(mine));
  } catch (error) {
    if (!(error instanceof Over)) throw error;
  }
  if (mine === turn) changed(false);
}
