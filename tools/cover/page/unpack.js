// What the page carries: rounded weights, and the test digits.

/** Weights and biases: whole numbers of a byte, times the scale of each array. */
export function unpack({sizes, scale, bytes}) {
  const all = Int8Array.from(atob(bytes), c => c.charCodeAt(0)), net = {w: [null], b: [null]};
  let at = 0;
  for (let l = 1; l < sizes.length; l++)
    for (const [key, n] of [['w', sizes[l] * sizes[l - 1]], ['b', sizes[l]]])
      net[key][l] = Float32Array.from(all.subarray(at, at += n)).map(v => v * scale[key][l - 1]);
  return net;
}

/** The digits, by their label; a letter from a to q is a pixel from 0 to 16. */
export function digits({count, pairs, pixels}) {
  for (let i = pairs.length - 3; i >= 0; i -= 3)  // a sign for two others
    pixels = pixels.split(pairs[i]).join(pairs.slice(i + 1, i + 3));
  const all = count.flatMap((n, label) => Array.from({length: n}, () => ({label, x: new Float32Array(64)})));
  for (let i = 0; i < pixels.length; i++) {  // a pixel of all digits, then the one below it
    const pixel = Math.floor(i / all.length);
    all[i % all.length].x[pixel % 8 * 8 + Math.floor(pixel / 8)] = (pixels.charCodeAt(i) - 97) / 16;
  }
  return all;
}
