"""Guard 4: the verdict on an exercise, and what is asked of arguments."""

import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bp import (
    as_array,
    as_numbers,
    as_real,
    as_whole,
    as_wholes,
    count_parameters,
    verdict,
)
from bp.reading import distance

pytestmark = pytest.mark.guard("4 functions")
CASES = [(np.ones((2, 1)),), (np.full((3, 1), 2.0),)]


def double(x: np.ndarray) -> np.ndarray:
    return 2 * x


def said(capsys: pytest.CaptureFixture[str], answer: object) -> str:
    slips = {"halving instead": lambda x: x / 2}
    verdict(answer, double, CASES, slips)
    return capsys.readouterr().out.strip()


def stub(x: object) -> None:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (stub, "not yet: put your line in place of NotImplementedError"),
        (lambda x: x + x, "right: largest error 0e+00 on 2 cases"),
        (lambda x: x / 2, "not right: that is what comes of halving instead"),
        (lambda x: (2 * x).T, "not right: its shape is (1, 2), and should"),
        (
            lambda x: 2 * x + 0.5,
            "not right: it differs by up to 0.2 times the largest number",
        ),
        (lambda x: None, "not right: it returns nothing (is a return"),
        (lambda x: np.where(len(x) == 3, np.nan, 2 * x), "not right"),
        (lambda x: "two", "not right"),
        (lambda x: x.foo, "not right: it stops with AttributeError"),
        (lambda x: x * np.nan, "not right: it is not finite where it should"),
    ],
)
def test_verdicts(
    capsys: pytest.CaptureFixture[str], answer: object, words: str
) -> None:
    assert said(capsys, answer).startswith(words)


def test_distance_is_relative() -> None:
    assert distance(1e6 + 1, 1e6) == pytest.approx(1e-6)
    assert distance(0.0, 1e-30) == 1
    assert distance([1, 1e-9], [1, 0]) == pytest.approx(1e-9)
    assert distance(1e-17, 0.0, least=1e-6) == pytest.approx(1e-11)
    assert distance(3.0, 0.0) == 3
    assert distance([1, 2], [1, 2, 3]) == np.inf
    assert distance([1, np.inf, np.nan], [1, np.inf, np.nan]) == 0
    for bad in (np.nan, np.inf):
        assert distance([1, bad], [1, 2]) == np.inf


def test_parameters_of_networks_counted_elsewhere() -> None:
    """784-30-10 has 23 860 parameters, as many texts count."""
    assert count_parameters((784, 30, 10)) == 23_860


# --- an answer that spoils its argument


def in_place(w: np.ndarray, g: np.ndarray) -> np.ndarray:
    w -= 0.1 * g
    return w


def spoiling(z: np.ndarray) -> float:
    z -= z.mean()
    return float((z**2).sum())


def squares(z: np.ndarray) -> float:
    return float((z**2).sum())


def test_every_call_gets_its_own_case(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And it is told when an argument was changed."""
    w, g, z = np.ones(2), np.ones(2), np.array([1.0, 2.0])
    verdict(in_place, lambda w, g: w - 0.1 * g, [(w, g)])
    verdict(spoiling, squares, [(z,)])
    verdict(squares, squares, [(z,)], {"spoiling it": spoiling})
    verdict(lambda z: z[0] * 0.5, squares, [(z,)], {"spoiling it": spoiling})
    verdict(lambda z: squares(z - 1.5), squares, [(z,)], {"a mean": spoiling})
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("right: ") and said[1].startswith("not right: ")
    assert all("changes its argument in place" in line for line in said[:2])
    assert said[2] == "right: largest error 0e+00 on 1 cases"
    assert said[3] == "not right: that is what comes of spoiling it"
    assert said[4] == "not right: that is what comes of a mean"
    assert (w == 1).all() and z.tolist() == [1, 2]


def spoil(thing: Any) -> None:
    if isinstance(thing, dict):
        thing["more"] = 1
    elif isinstance(thing, SimpleNamespace):
        thing.w[0] = 7
    elif isinstance(thing, np.ndarray):
        thing.flat[0] = 7
    elif isinstance(thing, set):
        thing.add(7)
    else:
        thing[0] = 7


@pytest.mark.parametrize(
    "argument",
    [
        [1, 2],
        {"a": 1},
        {1, 2},
        bytearray(b"ab"),
        np.array([1, 2], object),
        np.zeros(3, np.uint8),
        SimpleNamespace(w=[1, 2]),
        [np.zeros(2), 1],
    ],
)
def test_any_argument_that_was_changed_is_noticed(
    argument: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(thing: Any) -> int:
        spoil(thing)
        return 1

    for rule, words in [(answer, "changes its arg"), (lambda _: 1, "cases\n")]:
        verdict(rule, lambda _: 1, [(argument,), (argument,)])
        said = capsys.readouterr().out
        assert said.startswith("right") and words in said


# --- a sentence, whatever the answer does


class Broken(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def raising(error: BaseException) -> Callable[..., Any]:
    def answer(*_: Any) -> Any:
        raise error

    return answer


ODD: list[tuple[Any, str]] = [
    (lambda x: [[1.0], [1.0, 2.0]], "which makes no array: give it rows"),
    (lambda x: sys.exit(), "it stops with SystemExit"),
    (lambda x: sys.exit("bye"), "it stops with SystemExit: bye"),
    (lambda x: 10**400, "expected numbers of ordinary size"),
    (lambda x: 10**5000, "expected numbers of ordinary size"),
    (lambda x: [10**400, 1], "expected numbers of ordinary size"),
    (lambda x: [None, {}], "expected numbers of ordinary size"),
    (lambda x: {}, "it is {}, expected numbers"),
    (lambda x: (y for y in x), "it is a generator, expected numbers"),
    (lambda x: double, "it is a function, expected numbers"),
    (lambda x: np.ma.masked_array(2 * x, x > 0), "it has masked entries"),
    (lambda x: np.array(["a"]), "it holds <U1, expected numbers"),
    (raising(GeneratorExit()), "it stops with GeneratorExit"),
    (raising(MemoryError()), "it stops with MemoryError"),
    (raising(Broken()), "it stops with Broken"),
    (raising(ValueError("one\ntwo")), "it stops with ValueError: one"),
    (lambda: 1, "it stops with TypeError"),
    (5, "it stops with TypeError: 'int' object is not callable"),
    (lambda x: 2 * x if len(x) == 2 else x[:1], "its shape is (1, 1), and"),
    (lambda x: 2 * x if len(x) == 2 else x / 0, "is not finite where"),
]


@pytest.mark.parametrize(("answer", "words"), ODD)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_verdict_is_a_sentence(
    answer: Any, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    slips = {"a": raising(SystemExit(1)), "b": lambda x: [[1], [1, 2]]}
    verdict(answer, double, CASES, slips | {"c": lambda x: x.no})
    said = capsys.readouterr().out
    assert said.startswith("not right: ") and words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: [Fraction(int(v)) * 2 for v in x],
        lambda x: [Decimal(float(v)) * 2 for v in x],
        lambda x: (2 * x).astype(np.float32),
        lambda x: (2 * x).astype(np.uint8),
        lambda x: (2 * x).astype(complex),
        lambda x: tuple((2 * x).tolist()),
    ],
)
def test_numbers_of_any_kind_are_right(
    answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict(answer, lambda x: 2 * x, [(np.array([1.0, 5.0]),)])
    assert capsys.readouterr().out.startswith("right")


def test_who_stops_it_by_hand_is_heard() -> None:
    for rule in (double, raising(KeyboardInterrupt())):
        other = raising(KeyboardInterrupt()) if rule is double else double
        with pytest.raises(KeyboardInterrupt):
            verdict(rule, other, CASES)


def test_a_zero_does_not_fit_a_tiny_slip(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slips = {"not dividing by h": lambda x: 1e-30 * x}
    verdict(lambda x: 0 * x, double, CASES, slips)
    verdict(lambda x: 1e-30 * x, double, CASES, slips)
    verdict(lambda x: 0.0, lambda x: 3e-15, [(1,)])
    verdict(lambda x: [1, 1e-17], lambda x: [1, 0], [(1,)])
    verdict(lambda x: x, lambda x: x + 1e-17 * (x == 0), [(0.0,), (1.0,)])
    said = capsys.readouterr().out.splitlines()
    assert "differs by up to 1 times the largest" in said[0]
    assert said[1].endswith("not dividing by h")
    assert "differs by up to 1 times" in said[2]
    assert [line[:6] for line in said[3:]] == ["right:"] * 2


def test_a_book_s_own_answer_that_fails_is_no_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    verdict(double, raising(ValueError("no")), CASES)
    assert capsys.readouterr().out.startswith("no verdict: ")


# --- what an answer may not use


def helper(x: np.ndarray) -> np.ndarray:
    return double(x)


def twice(x: np.ndarray) -> np.ndarray:
    return 2 * x + 0 * double(x) - 0 * double(x)


def measured(f: Callable[..., Any], x: float) -> float:
    return float(f(x + 1j * 1e-30).imag / 1e-30)


def differenced(f: Callable[..., Any], x: float) -> float:
    return float((f(x + 1e-6) - f(x - 1e-6)).real / 2e-6)


@pytest.mark.parametrize(
    ("answer", "most", "words"),
    [
        (helper, {double: 0}, "double, which is not allowed here"),
        (double, {double: 0}, "double, which is not allowed here"),
        (lambda x: 2 * x, {double: 0}, ""),
        (twice, {double: 1}, "double 2 times, where 1 should do"),
        (twice, {double: 2}, ""),
        (lambda x: sum([x, x]), {sum: 0}, "sum, which is not"),
        (lambda x: np.einsum("ij->ij", 2 * x), {np.einsum: 0}, "einsum, "),
        (lambda x: 2 * np.outer(x, 1), {np.outer: 0}, "outer, which is not"),
        (lambda x: x * np.linalg.det(2 * np.eye(1)), {np.linalg.det: 0}, "d"),
    ],
)
def test_what_is_forbidden_is_noticed(
    answer: Any,
    most: dict[Any, int],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By whatever name, and by whoever is called; the right answer may."""
    before = sys.getprofile()
    verdict(answer, double, CASES, at_most=most)
    said = capsys.readouterr().out
    start = "not right: the numbers are, but it calls " if words else "right:"
    assert said.startswith(start + words)
    assert sys.getprofile() is before


def test_a_copy_on_a_page_is_the_function_of_the_module(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A page has its own `one`, beside that of the module that it grows."""
    pages: list[dict[str, Any]] = [{}, {}]
    for lines, page in enumerate(pages):
        exec("\n" * lines + "def one(x):\n    return 2 * x", page)
    verdict(pages[0]["one"], double, CASES, at_most={pages[1]["one"]: 0})
    said = capsys.readouterr().out
    assert said.endswith("it calls one, which is not allowed here\n")


def test_one_complex_step_is_one_call(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def cube(x: complex) -> complex:
        return x**3

    for rule in (measured, differenced):
        verdict(
            rule, measured, [(cube, 2.0), (cube, 1.0)], {}, 1e-6, {cube: 1}
        )
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("right: ")
    assert said[1].endswith("calls cube 2 times, where 1 should do")


def test_a_wrong_or_broken_answer_is_told_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, most = sys.getprofile(), {double: 0}
    verdict(lambda x: double(x).T, double, CASES, at_most=most)
    verdict(lambda x: double(x).no, double, CASES, at_most=most)
    verdict(stub, double, CASES, at_most=most)
    said = capsys.readouterr().out.splitlines()
    assert "its shape" in said[0] and "AttributeError" in said[1]
    assert said[2].startswith("not yet") and sys.getprofile() is before


@pytest.mark.parametrize(
    "function", [np.exp, np.dot, np.where, len([]).bit_count]
)
def test_calls_that_nobody_can_see(function: Any) -> None:
    with pytest.raises(TypeError, match="cannot be counted: give a function"):
        verdict(double, double, CASES, at_most={function: 0})


@pytest.mark.parametrize("kind", [list, dict, map, Fraction, SimpleNamespace])
def test_calls_of_a_class_are_not_counted(kind: Any) -> None:
    """Nobody would see them: the verdict must not let them pass."""
    words = f"calls of class {kind.__name__} cannot be counted: give a functi"
    with pytest.raises(TypeError, match=words):
        verdict(double, double, CASES, at_most={kind: 0})


# --- what is asked of arguments


@pytest.mark.parametrize(
    "kind", [int, np.uint8, np.int16, np.int64, np.uint64]
)
def test_whole_numbers_never_wrap(kind: type) -> None:
    assert type(as_whole(kind(7), "n", 0)) is int
    assert as_wholes(np.array([100, 100], kind), "n", 1) == (100, 100)
    assert count_parameters(np.array([100, 100], kind)) == 100 * 101


def test_wide_networks_are_counted() -> None:
    sizes = np.array([70_000, 70_000], np.int32)
    assert count_parameters(sizes) == 70_000 * 70_001


def test_bounds_of_numbers() -> None:
    assert as_whole(3, "n", 3, 3) == 3
    assert as_real(1, "keep", 0.5, 1, above=True) == 1.0
    assert as_real(0, "lam", 0.5) == 0.0
    assert type(as_real(np.float32(0.5), "lam", 0.5)) is float
    for value in (0, 1.5, np.nan, np.inf, -1, 10**400):
        with pytest.raises(ValueError, match="keep is .*write keep=0.5"):
            as_real(value, "keep", 0.5, 1, above=True)
    for value in ("1", None, True, 1j, Decimal(1), np.array(1.0), [1.0]):
        with pytest.raises(TypeError, match="keep is .*write keep=0.5"):
            as_real(value, "keep", 0.5)


class Tensor:
    """What numpy would take silently from another library."""

    __module__ = "torch"

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.ones(2)

    def __dlpack__(self) -> None:
        pass


@pytest.mark.parametrize(
    "values", [Tensor(), [Tensor(), Tensor()], [[(1.0, Tensor())]]]
)
def test_arrays_of_other_libraries_are_refused(values: Any) -> None:
    words = r"x is a torch Tensor, expected .*write x.numpy\(force=True\)"
    with pytest.raises(TypeError, match=words):
        as_array(values, "x")


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.float16([0.1]), "f8"),
        (np.float32([0.1]), "f4"),
        (np.longdouble([0.1]), np.longdouble),
        (np.complex64([0.1]), "c8"),
        (np.uint8([3]), "f8"),
        ([True], "f8"),
        (np.array([0.1]).view(np.memmap), "f8"),
        (np.ma.masked_array([0.1], False), "f8"),
        (memoryview(np.array([0.1])), "f8"),
    ],
)
def test_kinds_of_numbers(values: Any, dtype: Any) -> None:
    found = as_numbers(values, "x")
    assert type(found) is np.ndarray and found.dtype == np.dtype(dtype)
    assert found.tolist() == np.asarray(values).tolist()


@pytest.mark.parametrize(
    "values",
    [
        np.ma.masked_array([1.0, -999.0], [False, True]),
        [np.ma.masked_array([1.0, -999.0], [False, True])],
        [1.0, np.ma.masked],
        np.ma.masked,
    ],
)
def test_masked_entries_are_refused(values: Any) -> None:
    with pytest.raises(ValueError, match="x has masked .*write x.filled"):
        as_numbers(values, "x")


def test_how_numpy_takes_errors_does_not_outlive_an_answer() -> None:
    before = np.geterr()

    def answer(x: float) -> float:
        np.seterr(all="ignore")
        return x

    verdict(answer, lambda x: x, [(1.0,)])
    assert np.geterr() == before
