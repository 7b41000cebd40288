// Compile, in the Python that the pages have, the modules that they start with:
//   node bytecode.mjs FOLDER_OF_PYODIDE KERNEL ARCHIVE PACKAGE...
// The archive has what an import would compile, half of the time it takes, and
// the list of matplotlib's fonts, which it would look for.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const [folder, kernel, archive, ...packages] = process.argv.slice(2);
const { loadPyodide } = createRequire(import.meta.url)(`${folder}/pyodide.js`);
const pyodide = await loadPyodide({ indexURL: folder });
await pyodide.loadPackage(packages, { messageCallback() {} });
pyodide.registerJsModule("page", { send() {}, listen() {} });
pyodide.globals.set("kernel", readFileSync(kernel, "utf8"));
for (const name of ["limits.py", "errors.py"])
  pyodide.FS.writeFile(`/home/pyodide/${name}`, readFileSync(join(dirname(kernel), name), "utf8"));
await pyodide.runPythonAsync(`
import sys
import zipfile
from importlib import _bootstrap_external, util

scope = {"__name__": "kernel"}
exec(compile(kernel, "kernel.py", "exec"), scope)
assert await scope["execute"]("""
import bp.experiments.kit as reading
reading.plot(reading.axes(), "what a first picture imports")
""")

version = sys.version_info
STDLIB = f"/lib/python{version.major}{version.minor}.zip/"
SITE = f"/lib/python{version.major}.{version.minor}/site-packages/"
specs = [getattr(module, "__spec__", None) for module in sys.modules.values()]
with zipfile.ZipFile("/archive.zip", "w") as archive:
    for spec in specs:
        file = spec and spec.origin or ""
        # The book's own modules change more often than these.
        if not file.endswith(".py") or file.startswith(SITE + "bp/"):
            continue
        if file.startswith(SITE):
            name = "site/" + util.cache_from_source(file.removeprefix(SITE))
        elif file.startswith(STDLIB):
            name = "stdlib/" + file.removeprefix(STDLIB) + "c"
        else:
            continue
        source = util.source_hash(spec.loader.get_data(file))
        code = spec.loader.get_code(spec.name)
        data = _bootstrap_external._code_to_hash_pyc(code, source, False)
        archive.writestr(name, bytes(data))
    archive.write(SITE + "matplotlib/fontlist.json", "site/matplotlib/fontlist.json")
`);
writeFileSync(archive, pyodide.FS.readFile("/archive.zip"));
process.exit(0);
