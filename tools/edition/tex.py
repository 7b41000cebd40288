"""Formulas of TeX in the language of Typst, by tex2typst, in Node."""

import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from website import fetch  # noqa: E402

TEX2TYPST = fetch.Package(
    "tex2typst",
    "0.6.2",
    "db37413fc27a0d2ecafd13f11800a6230f90800aad4bc6ecc198e23b735937e1",
    "package/",
    ("dist/index.js", "package.json"),
    "tex2typst",
)
SCRIPT = """
import { readFileSync } from "node:fs";
import { tex2typst } from "./dist/index.js";
const said = (tex) => {
  try { return [tex2typst(tex), ""]; } catch (e) { return ["", e.message]; }
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(said)));
"""
BETWEEN = re.compile(r"(?<![\\A-Za-z])\|([^|]+)\|")
BARS = {
    r"\lVert": r"\left\|",
    r"\rVert": r"\right\|",
    r"\lvert": r"\left|",
    r"\rvert": r"\right|",
}


class Formulas:
    """All formulas of the book, asked for at once."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def place(self, tex: str) -> str:
        """A mark in the text, for the formula that will stand there."""
        return f"\0{self.numbers.setdefault(tex, len(self.numbers))}\0"

    def put(self, text: str) -> str:
        """The text with the formulas in place of their marks."""
        made = typst([plain(tex) for tex in self.numbers])
        return re.sub("\0(\\d+)\0", lambda m: made[int(m[1])], text)


def typst(formulas: list[str]) -> list[str]:
    folder = fetch.cache_folder() / f"tex2typst-{TEX2TYPST.version}"
    if not folder.exists():
        part = folder.with_suffix(".part")
        fetch.gather(part, [TEX2TYPST])
        part.rename(folder)
    result = subprocess.run(
        [Path(fetch.npm()).with_name("node"), "--input-type=module"]
        + ["--eval", SCRIPT],
        cwd=folder / TEX2TYPST.target,
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    said = json.loads(result.stdout)
    for tex, (_, error) in zip(formulas, said, strict=True):
        if error:
            raise ValueError(f"{error}: {tex}")
    return [made.replace("dot.circle", "dot.o") for made, _ in said]


def plain(tex: str) -> str:
    """Without what only says how far apart lines are; bars as pairs."""
    tex = re.sub(r"\\(begin|end)\{gathered\}", "", tex)
    tex = re.sub(r"\\[bB]igg?[lr](?=\\[lr][vV]ert)", "", tex)
    tex = BETWEEN.sub(r"\\left|\1\\right|", tex)
    for name, bar in BARS.items():
        tex = tex.replace(name, bar)
    return re.sub(r"\\\\\[[\w.]+\]", r"\\\\", tex).strip()
