// Typesets formulas for the site: TeX comes in, a JSON line each; HTML goes out.
import { createInterface } from "node:readline";
import MathJax from "mathjax";

const EM = 16;
// How wide a column may be, in em of the formula: from a phone to a whole page.
const WIDTHS = [15, 18, 22, 27, 33, 40];

await MathJax.init({
  loader: { load: ["input/tex", "output/chtml", "adaptors/liteDOM"] },
  output: { font: "mathjax-tex", displayOverflow: "linebreak" },
  chtml: { fontURL: "fonts", adaptiveCSS: false },
  tex: { packages: { "[-]": ["noundefined"] }, formatError: (_, error) => { throw error; } },
});
const adaptor = MathJax.startup.adaptor;
const output = MathJax.startup.document.outputJax;
// A function is not parted from its argument: what TeX puts between them is unseen.
MathJax.startup.document.inputJax[0].postFilters.add(({ data }) => data.root.walkTree((node) => {
  if (!node.isKind("mo") || node.getText() !== "\u2061") return;
  const next = node.parent.childNodes[node.parent.childNodes.indexOf(node) + 1];
  for (const mo of [node, next?.coreMO()])
    if (mo?.isKind("mo")) mo.attributes.set("linebreak", "nobreak");
}));
const bare = (html) => html.replace(/ data-latex(-item)?="[^"]*"/g, "");

async function boxes(tex, display, width) {
  const room = { display, em: EM, ex: EM / 2, containerWidth: width * EM };
  return bare(adaptor.innerHTML(await MathJax.tex2chtmlPromise(tex, room)));
}

const speak = async (tex, display) =>
  bare(await MathJax.tex2mmlPromise(tex, { display })).replace(/>\s+</g, "><");

const wrap = (inner, mathml, attributes = "") =>
  `<mjx-container class="MathJax" jax="CHTML"${attributes}>` +
  inner.replace("<mjx-math", '<mjx-math aria-hidden="true"') +
  `<mjx-assistive-mml>${mathml}</mjx-assistive-mml></mjx-container>`;

// Formulas side by side, or a formula and its condition, one below the other.
function stacked(tex) {
  const tokens = /\\(?:begin|end)\{gathered\}|\\(begin|left|end|right|quad|qquad)(?![a-zA-Z])|\\.|[{}]/gs;
  let depth = 0;
  return tex.replace(tokens, (token, word) => {
    if (token === "{" || word === "begin" || word === "left") depth += 1;
    if (token === "}" || word === "end" || word === "right") depth -= 1;
    return depth === 0 && word?.endsWith("quad") ? "\\\\ " : token;
  });
}

// What stands before the & of its row, on a line of its own.
function hung(tex) {
  const rows = /(\\begin\{(?:aligned|split)\}|\\\\(?:\[\w+\])?)((?:[^&\\]|\\[^\\])*)&/g;
  return tex.replace(rows, (row, start, left) => left.trim() ? `${start}&${left}\\\\ &\\quad ` : row);
}
const LEFT_IS_BROKEN = /<mjx-mtr[^>]*><mjx-mtd[^>]*>(?:(?!<\/mjx-mtd>).)*<mjx-linestack/s;

// A display, broken into lines as often as the column asks for; the page's
// style shows the one that fits.
async function display(tex) {
  const mathml = await speak(tex, true);
  const made = [];
  for (const width of WIDTHS) {
    let inner = await boxes(tex, true, width);
    if (inner.includes("<mjx-linestack")) inner = await boxes(stacked(tex), true, width);
    if (LEFT_IS_BROKEN.test(inner)) inner = await boxes(hung(tex), true, width);
    if (made.at(-1)?.inner !== inner) made.push({ inner, from: width });
  }
  return made.map(({ inner, from }, i) => wrap(inner, mathml,
    ' display="true"' + (i ? ` data-from="${from}"` : "") +
    (i + 1 < made.length ? ` data-to="${made[i + 1].from}"` : ""))).join("");
}

const inline = async (tex) =>
  wrap(await boxes(tex, false, WIDTHS.at(-1)), await speak(tex, false));

function style() {
  const fits = WIDTHS.slice(1).map((width) =>
    `@container formula (width >= ${width}em) { .formula > [data-to="${width}"] { display: none; } }\n` +
    `@container formula (width < ${width}em) { .formula > [data-from="${width}"] { display: none; } }\n`);
  return adaptor.textContent(output.styleSheet(MathJax.startup.document)) + fits.join("");
}

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, block, spoken } = JSON.parse(line);
  try {
    const html = tex === undefined ? style()
      : await (spoken ? speak(tex, block) : block ? display(tex) : inline(tex));
    console.log(JSON.stringify({ html }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
