// A wish to stop, as Python can hear it while it computes: a byte of shared memory or, where
// the host allows none, an address that ceases to exist. Each is good for one wish.

export class Signal {
  constructor() {
    this.sent = self.crossOriginIsolated
      ? new Uint8Array(new SharedArrayBuffer(1))
      : URL.createObjectURL(new Blob(["go on"]));
  }

  raise() {
    if (typeof this.sent === "string") URL.revokeObjectURL(this.sent);
    else this.sent[0] = 2;  // SIGINT
  }
}
