// A drawing becomes 8 by 8 pixels, as in the chapter on real handwriting.
import {DATA} from './data.js';

/** From the field to the middle of 32 by 32 dots, in the size of the data. */
export function framed(strokes) {
  const all = strokes.flat(), x = all.map(p => p[0]), y = all.map(p => p[1]);
  const low = [Math.min(...x), Math.min(...y)], high = [Math.max(...x), Math.max(...y)];
  const scale = 27 / Math.max(high[0] - low[0], high[1] - low[1], 1e-9);
  return ([x, y]) => [(x - (low[0] + high[0]) / 2) * scale + 16, (y - (low[1] + high[1]) / 2) * scale + 16];
}

function even(v) {  // a half goes to the even neighbour, as in numpy
  const r = Math.round(v);
  return Math.abs(v % 1) === 0.5 && r % 2 ? r - 1 : r;
}

function corners(stroke) {  // at most 80, spread evenly
  const places = Array.from({length: 80}, (_, i) => even(i * ((stroke.length - 1) / 79)));
  const found = [...new Set(places)].map(i => stroke[i]);
  return found.length === 1 ? [found[0], found[0]] : found;
}

/** The 64 pixels: the dots next to the line, as many as a digit has on average. */
export function inkOf(strokes) {
  const put = framed(strokes), near = new Float64Array(1024).fill(Infinity);
  for (const stroke of strokes) {
    const p = corners(stroke).map(put);
    for (let i = 1; i < p.length; i++) {
      const [ax, ay] = p[i - 1], wx = p[i][0] - ax, wy = p[i][1] - ay;
      const length = Math.max(wx * wx + wy * wy, 1e-12);
      for (let d = 0; d < 1024; d++) {
        const ox = d % 32 + 0.5 - ax, oy = (d >> 5) + 0.5 - ay;
        const t = Math.min(1, Math.max(0, (ox * wx + oy * wy) / length));
        const ex = ox - t * wx, ey = oy - t * wy;
        near[d] = Math.min(near[d], ex * ex + ey * ey);
      }
    }
  }
  const limit = near.slice().sort()[DATA.ink], x = new Float32Array(64);
  for (let d = 0; d < 1024; d++) if (near[d] < limit) x[(d >> 7) * 8 + (d % 32 >> 2)] += 1 / 16;
  return x;
}
