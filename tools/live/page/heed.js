// The worker's end of signal.js. Python reads byte 0 of what it is given, every few
// instructions, and stops at a 2.
const EVERY = 100;  // ms from one look at an address to the next

let address, asked = 0;

const byAddress = {
  get 0() {
    const now = performance.now();
    if (!address || now - asked < EVERY) return 0;
    asked = now;
    const request = new XMLHttpRequest();
    request.open("GET", address, false);
    try { request.send(); return 0; } catch {}
    address = undefined;  // it was one wish
    return 2;
  },
  set 0(_) {},
};

// What Python is to look at while it works on a message that came with this signal.
export function heed(signal) {
  if (typeof signal !== "string") return signal;
  address = signal;
  return byAddress;
}
