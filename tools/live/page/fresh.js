// Which results still follow from what stands above them.
//
// A cell's result is numbered by the code that made it and by the results of the cells above;
// it is stale when the code that stands there now would give another number.

const numbers = new Map();
const numberOf = (text) => {
  if (!numbers.has(text)) numbers.set(text, numbers.size);
  return numbers.get(text);
};

// `above` is the number of all that is above; the next cell's `above` comes back.
const join = (above, result) => numberOf(`${above} ${result}`);
const resultOf = (above, fine, code) => numberOf(`${above} ${fine} ${code}`);

// The results above a cell, as they were made, whatever the editors show by now.
export function basis(cells, cell) {
  return cells.slice(0, cells.indexOf(cell)).reduce((above, { made }) => join(above, made?.result), 0);
}

// What a cell has made, for its `made`: from this code, on this basis, with or without an error.
export const make = (above, code, fine) => ({ code, fine, result: resultOf(above, fine, code) });

// The cells whose result is stale. One that has not run in this Python has none.
export function staleOf(cells) {
  let above = 0;
  return cells.filter(({ made, code }) => {
    const now = made && resultOf(above, made.code === code ? made.fine : true, code);
    above = join(above, now);
    return made && made.result !== now;
  });
}
