// The network: the forward pass, the four equations and the step.
const sigma = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : (z = Math.exp(z)) / (1 + z);
const sigmaPrime = z => sigma(z) * sigma(-z);

/** The weighted inputs z and the activations a of every layer. */
export function forward(net, x) {
  const z = [null], a = [x];
  for (let l = 1; l < net.w.length; l++) {
    const n = net.b[l].length, m = a[l - 1].length;
    z[l] = new Float32Array(n);
    for (let j = 0; j < n; j++) {
      let sum = net.b[l][j];
      for (let k = 0; k < m; k++) sum += net.w[l][j * m + k] * a[l - 1][k];
      z[l][j] = sum;
    }
    a[l] = z[l].map(sigma);
  }
  return {z, a};
}

/** Errors, slopes and cost of one sample. */
export function backprop(net, x, y) {
  const {z, a} = forward(net, x), L = net.w.length - 1, delta = [], b = [], w = [];
  delta[L] = z[L].map((z, j) => (a[L][j] - y[j]) * sigmaPrime(z));  // BP1
  for (let l = L; l >= 1; l--) {
    const m = a[l - 1].length;
    if (l > 1) delta[l - 1] = z[l - 1].map((z, k) => {  // BP2
      let sum = 0;
      for (let j = 0; j < delta[l].length; j++) sum += net.w[l][j * m + k] * delta[l][j];
      return sum * sigmaPrime(z);
    });
    b[l] = delta[l];  // BP3
    w[l] = net.w[l].map((_, i) => delta[l][Math.floor(i / m)] * a[l - 1][i % m]);  // BP4
  }
  const cost = y.reduce((sum, y, j) => sum + (a[L][j] - y) ** 2 / 2, 0);
  return {z, a, delta, b, w, cost};
}

/** A step against the slopes; the arrays of before are left as they were. */
export function step(net, slopes, eta) {
  for (let l = 1; l < net.w.length; l++) {
    net.w[l] = net.w[l].map((w, i) => w - eta * slopes.w[l][i]);
    net.b[l] = net.b[l].map((b, j) => b - eta * slopes.b[l][j]);
  }
}
