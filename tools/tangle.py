"""Write bp/ from the chapters; with --check, compare and write nothing.

Code cells tagged `bp` of chapters/NN_name.ipynb become bp/name.py, those
tagged `experiment` become bp/experiments/name.py.  The file name is the only
map between a chapter and its modules.

    python tools/tangle.py            write what changed, say what
    python tools/tangle.py --check    show each difference as a diff, exit 1
"""

import argparse
import ast
import difflib
import functools
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import files  # noqa: E402
import sources  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BACK = 90  # chapters from here on stand in the back matter
TAGS = {"bp": "bp/{}.py", "experiment": "bp/experiments/{}.py"}
PACKAGE_DOC = {
    "bp/__init__.py": (
        "Backpropagation, derived and run: all that the chapters have grown."
    ),
    "bp/experiments/__init__.py": "The pictures that the sliders move.",
}


class TangleError(Exception):
    """A chapter that cannot be tangled; names the chapter and the cell."""


@dataclass(frozen=True)
class Cell:
    chapter: str  # "07_delta"
    place: int  # position in the notebook, from 1
    tags: tuple[str, ...]
    source: str

    def __str__(self) -> str:
        return f"{self.chapter}, cell {self.place}"

    def parse(self) -> ast.Module:
        try:
            return ast.parse(self.source)
        except SyntaxError as error:
            raise TangleError(
                f"{self}: does not parse: line {error.lineno}: {error.msg}"
            ) from None


@dataclass(frozen=True)
class Chapter:
    stem: str
    title: str
    cells: tuple[Cell, ...]  # the code cells

    @property
    def number(self) -> int:
        return int(self.stem[:2])

    @property
    def name(self) -> str:
        return self.stem[3:]

    def tagged(self, tag: str) -> list[Cell]:
        return [cell for cell in self.cells if tag in cell.tags]


def grown(stem: str) -> int:
    """Chapters above this number may use what a chapter grows.

    All of them, where it stands in the back matter.
    """
    number = int(stem[:2])
    return number if number < BACK else -1


def read_chapter(path: Path) -> Chapter:
    try:
        cells = sources.cells(sources.text(path))
        for place, cell in enumerate(cells, start=1):
            sources.refuse_conflict("".join(cell["source"]), f"cell {place}, ")
    except sources.Unreadable as error:
        raise TangleError(f"{path.name}: {error}") from None
    text = "\n".join(
        "".join(c["source"]) for c in cells if c["cell_type"] == "markdown"
    )
    heading = re.search(r"^# +(.+)$", text, re.M)
    if not heading:
        raise TangleError(f"{path.stem}: no title (a line '# …')")
    code = tuple(
        Cell(
            path.stem,
            place,
            tuple(c["metadata"].get("tags", ())),
            "".join(c["source"]),
        )
        for place, c in enumerate(cells, start=1)
        if c["cell_type"] == "code"
    )
    return Chapter(path.stem, heading[1].strip(), code)


def link(stem: str) -> str:
    """A link to a chapter that works in JupyterLab and on the site."""
    path = ROOT / "chapters" / f"{stem}.ipynb"
    return f"[{read_chapter(path).title}]({path.name})"


def read_chapters(folder: Path) -> list[Chapter]:
    """The chapters in order; two that claim one module are refused."""
    paths = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise TangleError(f"there is no chapter NN_name.ipynb in {folder}")
    chapters = [read_chapter(path) for path in paths]
    claimed: dict[str, str] = {}
    for chapter in chapters:
        if chapter.name in claimed:
            raise TangleError(
                f"{chapter.stem} and {claimed[chapter.name]} both claim "
                f"bp/{chapter.name}.py: rename one of them"
            )
        claimed[chapter.name] = chapter.stem
    return chapters


def public_names(cells: list[Cell]) -> list[str]:
    """Names that the cells define at top level, in order, without _private."""
    names: list[str] = []
    for node in (n for cell in cells for n in cell.parse().body):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.append(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.append(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.append(name)
    return [n for n in dict.fromkeys(names) if not n.startswith("_")]


def is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def is_shown(node: ast.stmt) -> bool:
    """Is it a bare expression: what the page shows, and no module keeps?"""
    return isinstance(node, ast.Expr)


def split_imports(cell: Cell) -> tuple[list[str], str]:
    """The import statements at the cell's top level, and what a module keeps.

    That is the rest, but for bare expressions.
    """
    lines = cell.source.split("\n")
    taken: dict[bool, set[int]] = {True: set(), False: set()}
    imports = []
    for node in cell.parse().body:
        out = is_import(node) or is_shown(node)
        taken[out] |= set(range(node.lineno, last(node) + 1))
        if is_import(node):
            imports.append(ast.unparse(node))
    for shared in taken[True] & taken[False]:
        raise TangleError(f"{cell}, line {shared}: an import shares its line")
    kept = ["" if n in taken[True] else t for n, t in enumerate(lines, 1)]
    return imports, "\n".join(kept).strip()


def first(node: ast.stmt) -> int:
    """The line where a statement begins, with its decorators."""
    above = getattr(node, "decorator_list", [])
    return min([node.lineno, *(n.lineno for n in above)])


def last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def own_names(chapter: Chapter, tag: str) -> list[str]:
    """What an experiment uses of the module its own chapter grows."""
    if tag != "experiment":
        return []
    used = {
        node.id
        for cell in chapter.tagged(tag)
        for node in ast.walk(cell.parse())
        if isinstance(node, ast.Name)
    }
    return [n for n in public_names(chapter.tagged("bp")) if n in used]


def module_source(chapter: Chapter, tag: str) -> str:
    cells = chapter.tagged(tag)
    split = [split_imports(cell) for cell in cells]
    imports = [line for lines, _ in split for line in lines]
    if own := own_names(chapter, tag):
        imports.append(f"from bp.{chapter.name} import {', '.join(own)}")
    names = ", ".join(f'"{n}"' for n in public_names(cells))
    text = "\n\n".join(
        [
            f'"""{chapter.title}\n\nWritten by the chapter '
            f'chapters/{chapter.stem}.md: edit it there, not here.\n"""',
            "\n".join(imports),
            f"__all__ = [{names}]",
            *(f"\n{body}" for _, body in split if body),
        ]
    )
    return ruff(text, lambda made, row: origin(made, row, chapter, tag))


def origin(text: str, row: int, chapter: Chapter, tag: str) -> str:
    """Where a line of a module comes from: chapter, cell, line of the cell.

    The statements of a module, but for its imports and its list of names,
    are those of the cells, in their order.
    """
    made = ast.parse(text).body
    cells = chapter.tagged(tag)
    here = next((n for n in made if first(n) <= row <= last(n)), None)
    if here is None or is_import(here):
        names = set(re.findall(r"\w+", text.splitlines()[row - 1]))
        for cell in cells:
            found = " ".join(split_imports(cell)[0])
            if here is not None and names <= set(re.findall(r"\w+", found)):
                return str(cell)
        return chapter.stem
    own = [n for n in made[1:] if not is_import(n)][1:]
    theirs = [
        (cell, node)
        for cell in cells
        for node in cell.parse().body
        if not is_import(node) and not is_shown(node)
    ]
    if here not in own:
        return f"{chapter.stem}, its title"
    cell, node = theirs[own.index(here)]
    line = min(first(node) + row - first(here), last(node))
    return f"{cell}, line {line}"


def init_source(path: str, chapters: list[Chapter], tag: str) -> str:
    """The package's own file, handing on the public names of its modules."""
    names = {
        c.name: public_names(c.tagged(tag)) for c in chapters if c.tagged(tag)
    }
    lines = [f'"""{PACKAGE_DOC[path]}\n\nWritten by the chapters."""', ""]
    if tag == "bp":
        for name, public in names.items():
            if public:
                lines.append(f"from bp.{name} import {', '.join(public)}")
        every = [n for public in names.values() for n in public]
        for name in every:
            by = [c.stem for c in chapters if name in names.get(c.name, ())]
            by += [c.stem for c in chapters if name == c.name]
            if len(by) > 1:
                raise TangleError(
                    f"defined twice in bp: {name}, by {' and by '.join(by)}"
                )
        lines += ["", f"__all__ = {sorted(every)!r}"]
    return ruff("\n".join(lines), lambda made, row: f"{path}, line {row}")


def placed(said: str, text: str, where: Callable[[str, int], str]) -> str:
    """What ruff has said of a text, with where its lines come from."""
    return re.sub(
        r"^\S+?\.py:(\d+):\d+: ",
        lambda match: f"{where(text, int(match[1]))}: ",
        said.strip(),
        flags=re.M,
    )


def ruff(text: str, where: Callable[[str, int], str]) -> str:
    """The text with its imports in order, formatted and found clean.

    `where` says where a line of the text, so far as it is done, comes from.
    """
    said, made, refused = cleaned(text)
    if refused:
        raise TangleError(f"ruff refuses\n{placed(said, made, where)}")
    return made


@functools.cache
def cleaned(text: str) -> tuple[str, str, bool]:
    """What ruff says of a text, what it makes of it, and if it refuses it."""
    from ruff import find_ruff_bin  # who only reads a chapter needs none

    fix = ["check", "--select=I", "--fix"]
    for arguments in (fix, ["format"], ["check", "--output-format=concise"]):
        result = subprocess.run(
            [find_ruff_bin(), *arguments, "--quiet"]
            + ["--stdin-filename", str(ROOT / "bp/module.py"), "-"],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if result.returncode:
            return result.stdout + result.stderr, text, True
        if "check" != arguments[0] or "--fix" in arguments:
            text = result.stdout
    return "", text, False


def imported_modules(cell: Cell, home: dict[str, str]) -> set[str]:
    """Names of the modules of bp that a cell imports, however it does so."""
    try:
        tree = cell.parse()
    except TangleError:
        if {"bp", "experiment"} & set(cell.tags):
            raise
        return set()  # an IPython magic; no module comes of it
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {n.name for n in names}
            case ast.ImportFrom(module="bp" | "bp.experiments", names=names):
                found |= {f"bp.{home.get(n.name, n.name)}" for n in names}
            case ast.ImportFrom(module=str(module)):
                found.add(module)
    parts = [m.split(".") for m in found]
    return {p[-1] for p in parts if p[0] == "bp"} - {"bp", "experiments"}


def check_imports(chapters: list[Chapter]) -> None:
    """A chapter may import only what earlier chapters have grown.

    And what those in the back matter have.
    """
    number = {c.name: grown(c.stem) for c in chapters}
    home = {
        name: c.name for c in chapters for name in public_names(c.tagged("bp"))
    }
    for chapter in chapters:
        for cell in chapter.cells:
            for module in sorted(imported_modules(cell, home)):
                if module not in number:
                    raise TangleError(
                        f"{cell}: imports bp.{module}, which no chapter grows"
                    )
                if number[module] >= chapter.number:
                    raise TangleError(
                        f"{cell}: imports bp.{module}, which is grown by "
                        f"chapter {number[module]:02}, not by an earlier one"
                    )


def tangle(folder: Path) -> dict[str, str]:
    """Every file of bp/ that the chapters in a folder write, with its text."""
    chapters = read_chapters(folder)
    check_imports(chapters)
    files = {
        pattern.format(chapter.name): module_source(chapter, tag)
        for chapter in chapters
        for tag, pattern in TAGS.items()
        if chapter.tagged(tag)
    }
    for path, tag in zip(PACKAGE_DOC, TAGS, strict=True):
        files[path] = init_source(path, chapters, tag)
    return files


def stored(root: Path) -> dict[str, str]:
    """The Python files of bp/ as they stand."""
    paths = [*root.glob("bp/*.py"), *root.glob("bp/experiments/*.py")]
    return {
        p.relative_to(root).as_posix(): p.read_text("utf-8", "replace")
        for p in paths
        if p.is_file()
    }


def is_ours(text: str) -> bool:
    """Was a file written by the chapters?  Its first lines say so."""
    lines = text.splitlines()[:12]
    return not text.strip() or any(
        line.startswith("Written by the chapter") for line in lines
    )


def strays(made: dict[str, str], found: dict[str, str]) -> list[str]:
    """Files in bp/ that no chapter writes or has ever written."""
    return sorted(
        p for p in found.keys() - made.keys() if not is_ours(found[p])
    )


def differences(made: dict[str, str], found: dict[str, str]) -> list[str]:
    """One readable diff for each file that is not what the chapters say."""
    return [
        "".join(
            difflib.unified_diff(
                found.get(path, "").splitlines(keepends=True),
                made.get(path, "").splitlines(keepends=True),
                f"{path} (as it stands)",
                f"{path} (as the chapters say)",
            )
        )
        for path in sorted(made.keys() | found.keys())
        if made.get(path) != found.get(path)
    ]


def write(made: dict[str, str], root: Path) -> list[str]:
    """Bring bp/ to what the chapters say; the paths that changed.

    What the chapters have not written is somebody's own: it is neither
    removed nor written over.
    """
    found = stored(root)
    changed = [p for p in sorted(made | found) if made.get(p) != found.get(p)]
    foreign = [p for p in changed if not is_ours(found.get(p, ""))]
    for path in foreign:
        if path in made:
            raise TangleError(
                f"{path} was not written by the chapters, and a chapter "
                "would write over it: move it away"
            )
    for path in (p for p in changed if p not in foreign):
        if path in made:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            files.write(root / path, made[path])
        else:
            (root / path).unlink()
    return [p for p in changed if p not in foreign]


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    try:
        made = tangle(root / "chapters")
        if options.check:
            diffs = differences(made, stored(root))
            print("\n".join(diffs) or "bp/ is what the chapters say.")
            return bool(diffs)
        for path in write(made, root):
            print(f"wrote {path}" if path in made else f"removed {path}")
    except (TangleError, OSError) as error:
        print(f"tangle: {error}", file=sys.stderr)
        return 1
    tell_strays(made, root)
    return 0


def tell_strays(made: dict[str, str], root: Path) -> None:
    for path in strays(made, stored(root)):
        print(f"left {path}, which no chapter has written: move it away")


if __name__ == "__main__":
    sys.exit(main())
