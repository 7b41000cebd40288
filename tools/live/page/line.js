// How long Python takes to come: measured on this reader's line, and in this browser.
const LEAST = 100e3;  // bytes; fewer say little of a line
const RATE = "python rate", START = "python start";  // kept: bytes a second; seconds
const SUPPOSED = 8;  // seconds from the last byte to Python, where it has not been measured yet

const stored = (store, name) => { try { return Number(store()[name]) || undefined; } catch {} };
const put = (store, name, value) => { try { store()[name] = value; } catch {} };
const visit = () => sessionStorage, ever = () => localStorage;

// Bytes a second of what the page itself has fetched, while something was on its way.
function measured() {
  let bytes = 0, time = 0, until = 0;
  const came = performance.getEntriesByType("resource").filter((e) => e.transferSize > e.encodedBodySize);
  for (const { encodedBodySize, responseStart, responseEnd } of came.sort((a, b) => a.responseStart - b.responseStart)) {
    bytes += encodedBodySize;
    time += Math.max(0, responseEnd - Math.max(responseStart, until));
    until = Math.max(until, responseEnd);
  }
  return bytes < LEAST ? undefined : bytes / time * 1000;
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
