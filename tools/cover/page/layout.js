// Where things are: in pixels of the board.
import {ANSWERS, HIDDEN} from './state.js';

const rows = (n, top, gap) => Array.from({length: n}, (_, i) => top + gap * (i + 0.5));

/** Places for a board of this size; a narrow one is that of a phone. */
export function places(W, H) {
  const wide = W > 520, tight = wide && W < 660, head = wide ? 34 : 24, high = H - head;
  const S = Math.floor(Math.min(W * (wide ? 0.33 : 0.43), 240) / 8) * 8;  // the field
  const g = {
    W, H, wide, S, fx: 1, fy: head + 1, row: high / ANSWERS,
    hx: W * (tight ? 0.465 : wide ? 0.51 : 0.535), hy: rows(HIDDEN, head, high / HIDDEN),
    ox: W * (tight ? 0.605 : wide ? 0.665 : 0.68), oy: rows(ANSWERS, head, high / ANSWERS),
    r: wide ? 8.5 : 5.5, thick: wide ? 13 : 9, small: wide ? 14 : 12,
    dx: W - (wide ? 42 : 22), dw: tight ? 32 : wide ? 40 : 20,
  };
  g.bx = g.ox + (wide ? 42 : 32);
  g.bw = g.dx - g.dw - g.bx - (wide ? 50 : 6);
  g.cy = g.fy + S + (wide ? 78 : 72);
  g.ch = H - g.cy - (wide ? 42 : 48);
  g.bar = wide ? 0 : 6;  // on a phone the number stands above its bar
  return g;
}
