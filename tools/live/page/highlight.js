// Colours for edited Python, in the classes of the page's own highlighting.

const words = (text) => `\\b(?:${text.trim().split(/\s+/).join("|")})\\b`;
const RULES = [
  ["c1", "#[^\\n]*"],
  ["s2", "(?:[rRbBfFuU]{0,2})(?:\"\"\"[^]*?(?:\"\"\"|$)|'''[^]*?(?:'''|$))"],
  ["s2", "(?:[rRbBfFuU]{0,2})(?:\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)"],
  ["nd", "(?<=^[ \\t]*)@[\\w.]+"],
  ["nf", "(?<=\\b(?:def|class)\\s+)\\w+"],
  ["kc", words("True False None")],
  ["ow", words("and or not in is")],
  ["k", words(`as assert async await break class continue def del elif else except finally
    for from global if import lambda nonlocal pass raise return try while with yield`)],
  ["nb", `(?<!\\.)${words(`abs all any bool dict enumerate float getattr int isinstance len
    list map max min object open print range repr reversed round set sorted str sum super
    tuple type zip`)}`],
  ["mi", "\\b\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?[jJ]?"],
  ["n", "[^\\W\\d]\\w*"],
  ["o", "[-+*/%@&|^~<>=!]+"],
];
const ANY = new RegExp(RULES.map(([, rule]) => `(${rule})`).join("|"), "gmu");

// Nodes that show the code.
export function highlight(code) {
  const nodes = [];
  let end = 0;
  for (const match of code.matchAll(ANY)) {
    const span = document.createElement("span");
    span.className = RULES[match.slice(1).findIndex((part) => part !== undefined)][0];
    span.textContent = match[0];
    nodes.push(code.slice(end, match.index), span);
    end = match.index + match[0].length;
  }
  nodes.push(code.slice(end));
  return nodes;
}
