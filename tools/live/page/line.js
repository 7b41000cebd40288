// How long Python takes to come: measured on this reader's line, and in this browser.
const LEAST = 100e3;  // bytes; fewer say little of a line
const RATE = "python rate", START = "python start";  // kept: bytes a second; seconds
const SUPPOSED = 8;  // seconds from the last byte to Python, where it has not been measured yet

const stored = (store, name) => { try { return Number(store()[name]) || undefined; } catch {} };
const put = (store, name, value) => { try { store()[name] = value; } catch {} };
const visit = () => sessionStorage, ever = () => localStorage;

// Bytes a second of what the page itself has fetched, in its best while: from the first byte of one file to
// the last of another, with what came whole in between. (All bytes over all the time would let one file that
// stalls, where the host or the browser is busy, speak for the line.)
function measured() {
  const came = performance.getEntriesByType("resource").filter((e) => e.transferSize > e.encodedBodySize);
  let best;
  for (const { responseStart: from } of came) {
    let bytes = 0;
    const later = came.filter((e) => e.responseStart >= from).sort((a, b) => a.responseEnd - b.responseEnd);
    for (const { encodedBodySize, responseEnd } of later) {
      bytes += encodedBodySize;
      if (bytes >= LEAST) best = Math.max(best ?? 0, bytes / (responseEnd - from) * 1000);
    }
  }
  return best;
}

// Seconds until `bytes` have come and Python has started; undefined where no line was measured.
export function promised(bytes) {
  const rate = measured() ?? stored(visit, RATE);
  if (rate) put(visit, RATE, rate);
  return rate && bytes / rate + (lastStart() ?? SUPPOSED);
}

export const lastStart = () => stored(ever, START);

// A clock for one start: told of each step, it says how many seconds that will still take.
export class Clock {
  step({ step, bytes, total }) {
    const now = performance.now() / 1000;
    if (step !== "fetch") { this.fetched ??= now; return lastStart(); }
    this.first ??= { now, bytes };
    const time = now - this.first.now, more = bytes - this.first.bytes;
    return time > 1 && more ? (total - bytes) / more * time : undefined;
  }

  ready() { if (this.fetched) put(ever, START, performance.now() / 1000 - this.fetched); }
}
