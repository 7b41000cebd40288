"""Change the mathematics of `bp` in one place at a time; who notices?

    python tests/mutants.py neuron cost …     (no names: all)

Each operator, sign, number, index, transpose and comparison is changed in
turn in the running module; then the module's own tests are run, and if they
pass, the tests of the whole algorithm and, in the first part of the book, the
checks of its chapter (where one trains they take seconds for each mutant).
What never enters the changed function cannot notice, and is not run.
Prints the mutants that nobody noticed, as JSON.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes

import ast
import contextlib
import copy
import functools
import gc
import importlib
import io
import json
import multiprocessing
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from unittest.mock import patch

import hypothesis
import nbformat
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
import contents  # noqa: E402

os.environ.pop("CI", None)  # here a skipped oracle is no failure
SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that a node could be changed to."""
    new = copy.deepcopy(node)
    match node:
        case ast.BinOp(op=ast.MatMult()):
            new.left, new.right = new.right, new.left
            yield new
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPS:
            new.op = SWAPS[type(op)]()
            yield new
        case ast.BoolOp(op=op):
            new.op = SWAPS[type(op)]()
            yield new
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            new.ops = [SWAPS[type(op)]()]
            yield new
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield new.operand
        case ast.Attribute(attr="T"):
            yield new.value
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            if value > 0:
                yield ast.Constant(value - 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value * 1.5)


def sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Parent, field and place of each node that is mathematics.

    Not of docstrings, annotations, or the words of an error.
    """
    for field, value in ast.iter_fields(tree):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for place, child in enumerate(
            value if isinstance(value, list) else [value]
        ):
            if not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.JoinedStr | ast.Raise):
                continue
            if isinstance(child, ast.expr | ast.AugAssign):
                yield tree, field, place if isinstance(value, list) else None
            yield from sites(child)


EXCUSED = {
    "reading": "shows, and judges answers: no mathematics of its own",
    "digits": "loads a file",
    "handwriting": "its tests start servers",
}
UNCHANGED = "as it is"  # must pass: nobody may cry wolf


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(where and what, mutated source) of a module."""
    tree = ast.parse(source)
    yield UNCHANGED, source
    for function in functions(tree):
        for parent, field, place in list(sites(function)):
            value = getattr(parent, field)
            old = value if place is None else value[place]
            for new in changes(old):
                shown = parent if isinstance(parent, ast.expr) else old
                before = ast.unparse(shown)
                if place is None:
                    setattr(parent, field, new)
                else:
                    value[place] = new
                shown = parent if isinstance(parent, ast.expr) else new
                after = ast.unparse(shown)
                yield (
                    f"{function.name}: {before} → {after}",
                    ast.unparse(ast.fix_missing_locations(tree)),
                )
                if place is None:
                    setattr(parent, field, old)
                else:
                    value[place] = old


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (n for n in node.body if isinstance(n, ast.FunctionDef))


def install(module: object, source: str) -> None:
    """Give the module's functions the mutant's code, for whoever has them."""
    names: dict = {"__name__": module.__name__}
    exec(compile(source, module.__name__, "exec"), names)
    pairs = [(vars(module), names)]
    for name, thing in list(vars(module).items()):
        if isinstance(thing, type) and thing.__module__ == module.__name__:
            pairs.append((vars(thing), vars(names[name])))
    for mine, theirs in pairs:
        for name, thing in list(mine.items()):
            thing = getattr(thing, "fget", thing)
            new = getattr(theirs.get(name), "fget", theirs.get(name))
            if getattr(thing, "__module__", None) != module.__name__:
                continue
            if hasattr(thing, "__code__") and hasattr(new, "__code__"):
                if not thing.__code__.co_filename.startswith("<"):
                    thing.__code__ = new.__code__
                    thing.__defaults__ = new.__defaults__
                    thing.__kwdefaults__ = new.__kwdefaults__


Call = Callable[[], object]


def entered(call: Call) -> tuple[float, set[str]]:
    """Seconds that a call takes, and the functions of `bp` that it enters."""
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            codes.add(frame.f_code)

    start = time.perf_counter()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        passes(call)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    seconds = time.perf_counter() - start
    files = {str(path): path.stem for path in modules()}
    return seconds, {
        f"{files[code.co_filename]}.{code.co_name}"
        for code in codes
        if code.co_filename in files
    }


class Collected:
    """The tests of each file, as calls that need nothing of pytest."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Call]] = {}
        self.enters: dict[Call, set[str]] = {}
        self.checks_enter: dict[str, set[str]] = {}  # by chapter

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            parameters = getattr(item, "callspec", None)
            given = parameters.params if parameters else {}
            if not {*item.fixturenames} - {*given, "request"}:
                name = item.path.stem.removeprefix("test_")
                call = functools.partial(item.obj, **given)
                self.calls.setdefault(name, []).append(call)


COLLECTED = Collected()


def passes(call: Call) -> bool:
    try:
        call()
    except pytest.skip.Exception:
        pass
    except BaseException:
        return False
    return True


def tests_pass(name: str, changed: str | None) -> bool:
    """Do those pass that enter the changed function, or all of a file?"""
    return all(
        passes(call)
        for call in COLLECTED.calls.get(name, [])
        if changed is None or changed in COLLECTED.enters[call]
    )


def warm_up(names: set[str]) -> None:
    """Run the tests once: what they prepare, every mutant then inherits.

    Each mutant meets the quickest test first.
    """
    for name in names:
        seconds: dict[Call, float] = {}
        for call in COLLECTED.calls.get(name, []):
            seconds[call], COLLECTED.enters[call] = entered(call)
        COLLECTED.calls[name] = sorted(seconds, key=lambda c: seconds[c])


def entered_by_checks(stem: str) -> set[str]:
    with silence():
        return entered(functools.partial(run_checks, stem))[1]


def checks_pass(stem: str, changed: str | None) -> bool:
    enters = COLLECTED.checks_enter.get(stem, set())
    if changed is not None and changed not in enters:
        return True
    return passes(functools.partial(run_checks, stem))


def run_checks(stem: str) -> None:
    """Run the chapter, with the running module in place of its own cells.

    Its experiments are not drawn: no check looks at them.
    """
    if stem not in contents.parts()[0]:
        return
    names: dict[str, object] = {"__name__": "__main__"}
    notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", 4)
    homes = {"bp": "bp", "experiment": "bp.experiments"}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        grown = {*homes} & {*cell.metadata.get("tags", [])}
        if grown:
            home = f"{homes[grown.pop()]}.{stem[3:]}"
            module = vars(importlib.import_module(home))
            names |= {k: v for k, v in module.items() if k[:2] != "__"}
        else:
            with patch("bp.experiments.kit.explore"):
                exec(compile(cell.source, stem, "exec"), names)


def survives(job: tuple[str, str, str, str]) -> str | None:
    """The mutant's name if neither tests nor checks notice it."""
    stem, name, what, source = job
    module = importlib.import_module(f"bp.{name}")
    changed = None
    if what != UNCHANGED:
        changed = f"{name}.{what.split(':')[0]}"
    with silence():
        signal.alarm(60)  # a loop that never ends has been noticed
        try:
            install(module, source)
            for notices_nothing, what_of in [
                (tests_pass, name),
                (tests_pass, "algorithm"),
                (checks_pass, stem),
            ]:
                if not notices_nothing(what_of, changed):
                    return None
        except BaseException:
            return None
    return f"{name}.{what}"


@contextlib.contextmanager
def silence() -> Iterator[None]:
    printed = contextlib.redirect_stdout(io.StringIO())
    with printed, np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def modules() -> list[Path]:
    return sorted(p for p in (ROOT / "bp").glob("*.py") if p.stem[0] != "_")


def prepare() -> None:
    """Collect the tests once; each mutant then lives in a process forked."""
    hypothesis.settings.register_profile(
        "mutants",
        max_examples=12,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )
    hypothesis.settings.load_profile("mutants")
    names = [path.stem for path in modules()]
    paths = [f"{ROOT}/tests/test_{name}.py" for name in names]
    paths = [path for path in paths if Path(path).exists()]
    with contextlib.redirect_stdout(io.StringIO()):
        options = ["--collect-only", "-q", "-p", "no:cacheprovider"]
        pytest.main([*options, f"--rootdir={ROOT}", *paths], [COLLECTED])


def main(wanted: list[str]) -> None:
    prepare()
    stems = sorted(p.stem for p in (ROOT / "chapters").glob("[0-9]*.ipynb"))
    homes = {stem: ROOT / "bp" / f"{stem[3:]}.py" for stem in stems}
    jobs = [
        (stem, stem[3:], what, source)
        for stem, home in homes.items()
        if home.exists() and stem[3:] not in EXCUSED
        if not wanted or stem[3:] in wanted
        for what, source in mutants(home.read_text("utf-8"))
    ]
    with silence():
        warm_up({"algorithm", *(name for _, name, _, _ in jobs)})
    gc.freeze()  # shared by all mutants as long as nobody tidies up
    context = multiprocessing.get_context("fork")
    with context.Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        checked = list(dict.fromkeys(job[0] for job in jobs))
        enters = pool.map(entered_by_checks, checked, chunksize=1)
    COLLECTED.checks_enter = dict(zip(checked, enters, strict=True))
    with context.Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        found = pool.map(survives, jobs, chunksize=1)
    survivors = [name for name in found if name]
    unchanged = [n for n in survivors if n.endswith(UNCHANGED)]
    result = {
        "planted": len(jobs) - len({job[0] for job in jobs}),
        "modules": list(dict.fromkeys(name for _, name, _, _ in jobs)),
        "unchanged": [name.split(".")[0] for name in unchanged],
        "survivors": [n for n in survivors if n not in unchanged],
    }
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
