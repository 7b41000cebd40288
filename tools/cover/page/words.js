// Sentences, the lit equation, and the table of answers that is only heard.
import {best, state} from './state.js';

const $ = id => document.getElementById(id);
const ink = name => words => `<span class="${name}">${words}</span>`;
export const blue = ink('ca'), red = ink('cd'), orange = ink('cw'), purple = ink('cc');
export const an = d => d === 8 ? 'an 8' : `a ${d}`;

/** Say a sentence; not aloud while somebody draws. */
export function say(html, aloud = true) {
  $('say').innerHTML = html;
  if (!aloud) return;
  $('live').textContent = $('say').textContent;
  tell();
}

export function reads() {
  const a = state.run.a[2], c = best(a);
  return `The network reads <b>${an(c)}</b> with ${blue(a[c].toFixed(2))}`;
}

/** Light one of the equations, or none. */
export const light = n => document.querySelectorAll('.eqs li').forEach((e, i) => e.classList.toggle('lit', i + 1 === n));

/** Which of the answers is meant, if any. */
export const press = d => document.querySelectorAll('.answer').forEach((e, j) => e.setAttribute('aria-pressed', j === d));

function tell() {
  const {a, delta} = state.run, wished = state.wish !== null;
  $('answers').tBodies[0].innerHTML = [...a[2]].map((v, j) =>
    `<tr><th scope="row">${j}</th><td>${v.toFixed(2)}</td><td>${wished ? delta[2][j].toFixed(3) : 'none yet'}</td></tr>`).join('');
}
