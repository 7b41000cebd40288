// The reader's edits, kept in the browser: for each page, code by the mark of the
// book's cell. When the book changes a cell, an edit of the old one is not put over it.

const key = `live ${location.pathname}`;

const read = () => {
  try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
};

// A short mark of a text (FNV-1a), with its number among equal ones.
export function marks(sources) {
  const seen = new Map();
  return sources.map((text) => {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++)
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash.toString(16)}-${count}`;
  });
}

export const kept = read;

// Keep an edit, or forget it (code null). False when the browser keeps nothing.
export function keep(mark, code) {
  const edits = read();
  if (code === null) delete edits[mark];
  else edits[mark] = code;
  try {
    if (Object.keys(edits).length) localStorage.setItem(key, JSON.stringify(edits));
    else localStorage.removeItem(key);
    return true;
  } catch { return false; }
}
