// Fetch what Python needs once, then keep it in the browser's own store.
// Pyodide asks for its files by `fetch`; here it is given those that are held.
const held = new Map();  // address: promise of the response
const ask = self.fetch.bind(self);

self.fetch = async (wanted, options) => {
  const address = new URL(wanted.url ?? wanted, location).href;
  const answer = held.get(address);
  held.delete(address);  // once: its bytes need not stay in memory
  return answer ?? ask(wanted, options);
};

// The store of this version of the site; older ones are thrown away.
// Without one (a page that is not https, a full disk) all is fetched anew.
async function openStore(version) {
  try {
    const prefix = `live ${new URL(".", location).href} `;
    for (const name of await caches.keys())
      if (name.startsWith(prefix) && name !== prefix + version) await caches.delete(name);
    return await caches.open(prefix + version);
  } catch { return null; }
}

export const notFetched = (message) => Object.assign(new Error(message), { name: "NotFetched" });

// `parts.files` has the size of each file by its name.
export async function fetchAll(parts, progress) {
  const opened = openStore(parts.version);
  const total = Object.values(parts.files).reduce((sum, size) => sum + size, 0);
  let bytes = 0;
  const count = (more) => progress((bytes += more), total);
  const one = async (name, size) => {
    const address = new URL(name, location).href;
    const store = await opened;
    const kept = await store?.match(address).catch(() => null);
    if (kept) { count(size); return kept; }
    const answer = await ask(address).catch((error) => { throw notFetched(error.message); });
    if (!answer.ok) throw notFetched(`${name}: ${answer.status}`);
    const counted = answer.body.pipeThrough(new TransformStream({
      transform(chunk, next) { count(chunk.length); next.enqueue(chunk); },
    }));
    const whole = await new Response(counted).arrayBuffer();
    if (whole.byteLength !== size) throw notFetched(`${name} is not whole`);
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    const response = () => new Response(whole, { headers: { "Content-Type": type } });
    await store?.put(address, response()).catch(() => {});
    return response();
  };
  const all = Object.entries(parts.files).map(([name, size]) => {
    const answer = one(name, size);
    held.set(new URL(name, location).href, answer);
    return answer;
  });
  await Promise.all(all);
}
