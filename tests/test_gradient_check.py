"""Guard 4: measured gradients, and the check that compares with them."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bp import (
    GradientCheck,
    Network,
    backprop,
    check_gradient,
    complex_step,
    finite_difference,
    forward,
    quadratic_cost,
    random_network,
    relative_error,
)
from bp.experiments.gradient_check import (
    BUGS,
    backprop_with,
    check_parts,
    wrong_in,
)

pytestmark = pytest.mark.guard("4 functions")
FUNCTIONS: list[tuple[Callable, Callable]] = [
    (lambda x: (x**3).sum(), lambda x: 3 * x**2),
    (lambda x: np.sin(x).sum(), np.cos),
    (lambda x: np.exp(x).sum() / 2, lambda x: np.exp(x) / 2),
]
SHAPES = [(), (1,), (4,), (3, 2), (2, 3, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("function", range(len(FUNCTIONS)))
def test_any_shape(shape: tuple[int, ...], function: int) -> None:
    f, slope = FUNCTIONS[function]
    x = np.random.default_rng(1).normal(size=shape)
    before = x.copy()
    for found, bound in [
        (finite_difference(f, x), 1e-8),
        (complex_step(f, x), 1e-15),
    ]:
        assert found.shape == shape and found.dtype == np.float64
        assert relative_error(found, slope(x)) < bound
    for method in ("complex", "central"):
        assert check_gradient(f, slope, x, method).right
        assert check_gradient(f, slope(x), x, method).right
        assert not check_gradient(f, slope(x) + 0.01, x, method).right
    assert np.array_equal(x, before)


def test_the_step_is_near_the_best() -> None:
    """And the error is that of a central difference, not of a quotient."""
    x, (f, slope) = np.linspace(0.5, 1.5, 50), FUNCTIONS[2]

    def error(slopes: Any) -> float:
        return float(np.sqrt(((slopes - slope(x)) ** 2).mean()))

    def by_hand(h: float) -> Any:
        return [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(50)]

    best = min(error(by_hand(h)) for h in 10.0 ** np.arange(-14, -1))
    assert error(finite_difference(f, x)) < 10 * best
    assert error(by_hand(1e-8)) > 100 * best
    assert np.abs(complex_step(f, x) - slope(x)).max() < 1e-15 * 5


def test_a_step_to_both_sides() -> None:
    """As far to either, a cube root of eps, and more beside a large entry."""
    for entry, size in [(0.3, 1), (-8.0, 8), (1e6, 1e6)]:
        seen = []

        def f(x: Any, seen: list = seen) -> Any:
            seen.append(x.item())
            return x.sum()

        finite_difference(f, [entry])
        here, up, down = seen
        step = size * np.finfo(float).eps ** (1 / 3)
        assert here == entry
        assert up - here == pytest.approx(step, rel=1e-9)
        assert here - down == pytest.approx(step, rel=1e-9)


def test_the_default_step_is_scaled() -> None:
    for entry in (1.0, 1e6, -1e8):
        found = finite_difference(np.square, entry)
        assert relative_error(found, 2 * entry) < 1e-9


def test_by_hand() -> None:
    assert finite_difference(lambda x: x**2, 3).item() == pytest.approx(6)
    assert complex_step(lambda x: x**2, 3).item() == 6.0


def test_float32() -> None:
    """The step is for the coarser of the types of x and of the value."""
    x = np.linspace(0.5, 1.5, 7, dtype="f4")
    found = finite_difference(lambda x: np.sin(x).sum(), x)
    assert found.dtype == np.float32
    assert relative_error(found, np.cos(x)) < 1e-3
    coarse = finite_difference(
        lambda x: np.float32(np.sin(x).sum()), x.astype("f8")
    )
    assert relative_error(coarse, np.cos(x)) < 1e-3
    assert check_gradient(lambda x: np.sin(x).sum(), np.cos(x), x).right


def test_whole_numbers() -> None:
    x = np.array([1, 2, 3])
    assert complex_step(lambda x: (x**2).sum(), x).tolist() == [2, 4, 6]
    found = finite_difference(lambda x: (x**2).sum(), x)
    assert relative_error(found, [2, 4, 6]) < 1e-9
    assert x.dtype.kind == "i"


def test_a_function_that_spoils_its_argument() -> None:
    def spoil(x: Any) -> Any:
        x *= 2
        return x.sum()

    x = np.ones(3)
    for found in (complex_step(spoil, x), finite_difference(spoil, x)):
        assert relative_error(found, [2, 2, 2]) < 1e-9
    assert check_gradient(spoil, lambda x: 2 + 0 * x, x).right
    assert x.tolist() == [1, 1, 1]


def floats(x: Any) -> Any:
    kept = np.zeros(x.shape)
    kept[...] = x
    return kept.sum() + 0 * x[0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.abs(x).sum(),
        lambda x: float(x[0]),
        lambda x: x[0].real,
        lambda x: 1.0,
        floats,
    ],
)
def test_a_lost_imaginary_part_is_refused(f: Callable) -> None:
    with pytest.raises(ValueError, match="lost the imaginary.*finite_diff"):
        complex_step(f, np.ones(3))


def test_other_errors_of_f_are_its_own() -> None:
    def broken(x: Any) -> Any:
        raise TypeError("no")

    for measure in (complex_step, finite_difference):
        with pytest.raises(TypeError, match="^no$"):
            measure(broken, np.ones(3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: finite_difference(lambda x: x, np.ones(3)),
            r"array of shape \(3,\), expected one number: let f return a sum",
        ),
        (
            lambda: complex_step(lambda x: x, np.ones(3)),
            r"array of shape \(3,\), expected one number",
        ),
        (
            lambda: finite_difference(lambda x: x.sum() + 1j, np.ones(3)),
            "complex number for a real x, expected a real one",
        ),
        (lambda: complex_step(np.sum, [1.0], h=-1), "h is -1, expected"),
        (lambda: complex_step(np.sum, [1.0], h=0), "write h=1e-30$"),
        (
            lambda: check_gradient(np.sum, [1], [2], tolerance=-1),
            "write tolerance=1e-06$",
        ),
        (
            lambda: complex_step(np.sum, [1.0, np.nan]),
            r"x is nan at \[1\], expected finite numbers",
        ),
        (
            lambda: relative_error(np.ones(3), np.ones((3, 1))),
            r"got has shape \(3,\), expected \(3, 1\).*got.reshape\(3, 1\)",
        ),
        (
            lambda: check_gradient(np.sum, np.ones(2), np.ones((2, 1))),
            r"grad has shape \(2,\), expected \(2, 1\).*grad.reshape\(2, 1\)",
        ),
        (
            lambda: check_gradient(np.sum, np.ones(2), np.ones(2), "exact"),
            "method is 'exact', expected complex or central",
        ),
    ],
)
def test_refusals(call: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("x", [["a"], [1j], None])
def test_only_real_numbers(x: Any) -> None:
    for measure in (complex_step, finite_difference):
        with pytest.raises(TypeError, match="x (holds|is) .*, expected"):
            measure(np.sum, x)


arrays = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3)


@given(arrays, arrays, st.sampled_from([1e-9, -1.0, 1024.0]))
def test_relative_error(u: list, v: list, factor: float) -> None:
    got, wanted = np.array(u), np.array(v)
    error = relative_error(got, wanted)
    assert 0 <= error <= 2
    assert error == relative_error(wanted, got)
    assert relative_error(got, got) == 0
    if np.abs(got).max() > 1e-200:
        assert relative_error(got, -got) == 2
    if min(np.abs([*u, *v])) > 1e-200:
        scaled = relative_error(factor * got, factor * wanted)
        assert abs(scaled - error) < 1e-14


def test_one_scale_and_what_is_not_finite() -> None:
    assert relative_error([1, 3e-12], [1, 1e-12]) < 3e-12
    assert relative_error([], []) == 0
    for bad in (np.nan, np.inf):
        assert relative_error([1.0, bad], [1.0, 2.0]) == np.inf
        found = check_gradient(
            lambda x: (x**2).sum(), [2.0, bad], np.array([1.0, 1.0])
        )
        assert not found.right and found.place == (1,)


def test_what_it_says() -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    good = 2 * x
    bad = good.copy()
    bad[1, 0] = 7

    def f(x: Any) -> Any:
        return (x**2).sum()

    assert str(check_gradient(f, good, x)).startswith("right: largest relat")
    found = check_gradient(f, bad, x)
    assert str(found) == (
        "wrong: at [1, 0] the gradient says 7, measured 6: "
        "a relative error of 0.1, with 2e-13 allowed"
    )
    assert found.place == (1, 0) and found.error == 1 / 8
    assert (found.said, found.measured) == (7, 6)
    assert check_gradient(f, bad, x, tolerance=0.2).right
    alone = check_gradient(f, 7, 3.0)
    assert str(alone).startswith("wrong: the gradient says 7, measured 6: ")


@given(st.integers(0, 99))
@settings(deadline=None)
def test_backprop_on_random_networks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = random_network((3, 5, 4, 2), rng)
    x, y = rng.normal(size=(3, 6)), rng.uniform(size=(2, 6))
    gradient = backprop(net, x, y)

    for l in net.w:

        def by_w(w: Any, l: int = l) -> Any:
            moved = Network({**net.w, l: w}, net.b)
            return quadratic_cost(forward(moved, x).a[3], y)

        def by_b(b: Any, l: int = l) -> Any:
            moved = Network(net.w, {**net.b, l: b})
            return quadratic_cost(forward(moved, x).a[3], y)

        assert check_gradient(by_w, gradient.w[l], net.w[l]).right
        assert check_gradient(by_b, gradient.b[l], net.b[l]).right
        assert not check_gradient(by_w, 1.001 * gradient.w[l], net.w[l]).right


# Which arrays a planted bug spoils, and no others.
SPOILED = {
    "none": "",
    "live mask": "",
    "transpose lost": "w¹ b¹",
    "σ′ lost": "w¹ b¹ w² b²",
    "σ′ of a": "w¹ b¹ w² b² w³ b³",
    "sum for mean": "w¹ w² w³",
    "axis forgotten": "b¹ b² b³",
    "wrong layer": "w²",
    "shared array": "b¹",
    "wrong sign": "w¹ b¹ w² b² w³ b³",
    "dead mask": "w¹ b¹ w² b²",
}


@pytest.mark.parametrize("bug", BUGS)
def test_every_planted_bug_is_caught(bug: str) -> None:
    assert wrong_in(bug) == SPOILED[bug]
    for found in check_parts(bug).values():
        assert found.error < 1e-12 if found.right else found.error > 0.1


def test_a_program_without_a_bug_is_backprop() -> None:
    rng = np.random.default_rng(0)
    net = random_network((3, 5, 4, 2), rng)
    x, y = rng.normal(size=(3, 6)), rng.uniform(size=(2, 6))
    got, wanted = backprop_with("none")(net, x, y), backprop(net, x, y)
    assert got.cost == wanted.cost
    for l in net.w:
        assert np.abs(got.w[l] - wanted.w[l]).max() < 1e-16
        assert np.abs(got.b[l] - wanted.b[l]).max() < 1e-16


@pytest.mark.parametrize(
    ("method", "power"), [("complex", 1), ("central", 2 / 3)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_default_tolerance(method: str, power: float, dtype: type) -> None:
    x = np.ones((2, 1), dtype)
    found = check_gradient(lambda v: (v**2).sum(), 2 * x, x, method)
    assert found.tolerance == 1000 * float(np.finfo(dtype).eps) ** power


def test_an_error_as_large_as_the_tolerance_is_allowed() -> None:
    x = np.array([2.0])
    assert check_gradient(lambda v: v.sum(), [2.0], x).error == 0.5
    for tolerance, right in [(0.5, True), (0.49, False)]:
        found = check_gradient(
            lambda v: v.sum(), [2.0], x, tolerance=tolerance
        )
        assert found.right is right


def test_the_tolerance_knows_how_coarse_f_is() -> None:
    x = np.linspace(-1, 1, 5)
    found = check_gradient(
        lambda v: np.float32((v**2).sum()), 2 * x, x, method="central"
    )
    assert found.right, str(found)


# --- a method that does not suit a function


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.logaddexp(x, 1).sum(),
        lambda x: np.hypot(x, 1).sum(),
        lambda x: np.cbrt(x).sum(),
        lambda x: np.arctan2(x, 1).sum(),
        lambda x: np.interp(x, [0, 9], [0, 1]).sum(),
        lambda x: math.exp(x[0]) + x[1],
    ],
)
def test_no_complex_form_names_the_other_method(f: Callable) -> None:
    x = np.array([0.5, 1.5])
    words = "(does not take complex|lost the imaginary).*finite_difference"
    for call in (complex_step, lambda f, x: check_gradient(f, x, x)):
        with pytest.raises(ValueError, match=words):
            call(f, x)
    slopes = finite_difference(f, x)
    assert check_gradient(f, slopes, x, "central").right


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.vdot(x, x),
        lambda x: np.vdot(x, np.arange(3)),
        lambda x: (x * np.conj(x)).sum(),
        lambda x: (x**4).sum() + 1e-4 * np.vdot(x, x),
        lambda x: (x**4).sum() + 1e-5 * np.vdot(x, x),
        lambda x: (np.conj(x) ** 2).sum() + 1e3,
        lambda x: np.linalg.norm(x) ** 2 + 0j,
        lambda x: (x.real**2).sum() + x.sum(),
    ],
)
@pytest.mark.parametrize("factor", [1, 0, -1, 1.1])
def test_conjugates_are_refused(f: Callable, factor: float) -> None:
    """Whether the gradient that is checked is right or not."""
    x = np.array([1.0, 2.0, -3.0])
    slopes = factor * finite_difference(lambda x: f(x).real, x)
    for size in (1, 1e-12, 1e12):
        with pytest.raises(ValueError, match='conj.*write method="central"'):
            check_gradient(lambda x, s=size: s * f(x), size * slopes, x)


@pytest.mark.parametrize("size", [0, 1e-9, 1, 1e9])
def test_conjugates_are_refused_at_any_x(size: float) -> None:
    """And both slopes are named."""
    x, c = size * np.array([1.0, 0.0, -3.0]), np.array([1.0, 2.0, 4.0])
    for factor in (1, 1.1):
        with pytest.raises(ValueError, match="conj") as error:
            check_gradient(lambda x: np.vdot(x, c), factor * c, x)
        said = re.search("slope (.*), a real one (.*): a", str(error.value))
        imaginary, real = map(float, said.groups())
        assert imaginary == pytest.approx(-real, rel=1e-4) and real != 0


def test_a_wave_too_short_for_a_step_is_not_refused() -> None:
    for x in np.linspace(0.1, 0.2, 30):
        for k in (1e5, 3e5, 1e6, 1e8):
            found = check_gradient(
                lambda x, k=k: np.sin(k * x), k * np.cos(k * x), x
            )
            assert abs(found.said - found.measured) < 1e-6 * k


@given(st.integers(0, 99), st.sampled_from([1e-6, 1.0, 1e6]))
@settings(deadline=None)
def test_what_is_analytic_is_not_refused(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    x = size * rng.normal(size=(3, 2))
    for f, slope in [
        (lambda x: (x**3).sum() / size**3, lambda x: 3 * x**2 / size**3),
        (lambda x: np.sin(1e5 * x).sum(), lambda x: 1e5 * np.cos(1e5 * x)),
        (lambda x: (x * (x.real > 0)).sum(), lambda x: 1.0 * (x > 0)),
        (lambda x: 1e9 + x[0, 0], lambda x: np.eye(3, 2) * [1, 0]),
    ]:
        assert check_gradient(f, slope, x, tolerance=1e-9).right
        assert not check_gradient(f, 1.001 * slope(x) + 1e-3, x).right


@pytest.mark.filterwarnings("error")
def test_a_function_that_ends_beside_x() -> None:
    x = np.array([1e-8, 1.0])
    assert check_gradient(lambda x: np.log(x).sum(), 1 / x, x).right
    assert not check_gradient(lambda x: np.log(x).sum(), 2 / x, x).right


MINIMA: list[Callable] = [
    lambda v: ((v - [1.0, 2.0, -3.0]) ** 2).sum(),
    lambda v: ((v - [1.0, 2.0, -3.0]) ** 2).sum() + 1,
    lambda v: 1e-8 * ((v - [1.0, 2.0, -3.0]) ** 2).sum(),
    lambda v: 1e8 * ((v - [1.0, 2.0, -3.0]) ** 2).sum(),
    lambda v: ((v - [1.0, 2.0, -3.0]) ** 4).sum(),
    lambda v: np.cos(v - [1.0, 2.0, -3.0]).sum() + 1,
    lambda v: 0 * v.sum() + 5,
]


@pytest.mark.parametrize("f", MINIMA)
@pytest.mark.parametrize("method", ["complex", "central"])
def test_a_gradient_of_zeros(f: Callable, method: str) -> None:
    x = np.array([1.0, 2.0, -3.0])
    for said in (np.zeros(3), lambda x: 0 * x):
        assert check_gradient(f, said, x, method).right
    size = max(1e-8, abs(f(x + 1)))
    assert not check_gradient(f, 1e-3 * size * x, x, method).right


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("far", [1e-3, 1e3, 1e6])
def test_a_gradient_of_zeros_far_out(method: str, far: float) -> None:
    x = far * np.array([1.1, 2.3, -3.7])

    def f(v: Any) -> Any:
        return ((v - x) ** 2).sum()

    assert check_gradient(f, 0 * x, x, method).right
    assert not check_gradient(f, 0 * x, x + 1, method).right
    found = check_gradient(
        lambda v: (((v - x) / far) ** 2).sum(), 0 * x, x, method
    )
    assert found.right, str(found)
    found = check_gradient(
        lambda v: (((v - x) / far) ** 2 + ((v - x) / far) ** 3).sum(),
        0 * x,
        x,
        method,
    )
    assert found.right, str(found)


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("offset", [0, 1e3, 1e6, 1e9])
def test_zeros_are_not_taken_for_a_gradient(
    method: str, offset: float
) -> None:
    x = np.array([1.0, 2.0, -3.0])

    def f(v: Any) -> Any:
        return (v**2).sum() + offset

    assert not check_gradient(f, 0 * x, x, method).right


def test_an_offset_is_named() -> None:
    """Error, tolerance, the digits that differ, and what to do."""
    x = np.array([1.0, 2.0])
    found = check_gradient(
        lambda v: (v**2).sum() + 1e6, 2 * x, x, method="central"
    )
    said = str(found)
    assert not found.right and "with 4e-08 allowed" in said
    for off, method in [(1e6, "complex"), (0, "central")]:
        wrong = check_gradient(
            lambda v, off=off: (v**2).sum() + off, 3 * x, x, method=method
        )
        assert not wrong.right and wrong.advice == ""
    assert "f is 1e+06 there" in said and 'write method="complex"' in said
    numbers = re.search("says (.*), measured (.*): a rel", said).groups()
    assert numbers[0] != numbers[1]
    assert check_gradient(lambda v: (v**2).sum() + 1e6, 2 * x, x).right


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: None, "f returned None, .*is a return missing"),
        (lambda x: "a", r"f\(x\) is 'a', expected numbers"),
        (lambda x: [[1], [1, 2]], r"f\(x\) is .*makes no array"),
        (lambda x: np.nan * x.sum(), "f returned .*nan.*, expected a finite"),
        (lambda x: {}, r"f\(x\) is {}, expected numbers"),
    ],
)
def test_what_f_returns_is_told(f: Callable, message: str) -> None:
    for call in (
        complex_step,
        finite_difference,
        lambda f, x: check_gradient(f, x, x),
        lambda f, x: check_gradient(f, x, x, "central"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            call(f, np.ones(2))


@pytest.mark.parametrize(
    ("grad", "message"),
    [
        (lambda x: None, "grad returned None: is a return missing"),
        (lambda x: 1j * x, "grad holds complex128, expected float32"),
        (lambda x: x.astype("f2"), "grad holds float16, expected float32"),
        (lambda x: ["a", "b"], "grad holds <U1"),
    ],
)
def test_what_grad_returns_is_told(grad: Callable, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        check_gradient(lambda x: (x**2).sum(), grad, np.ones(2))


def test_nothing_to_check_is_told() -> None:
    with pytest.raises(ValueError, match="nothing in it"):
        check_gradient(lambda x: x.sum(), [], [])


def test_whole_numbers_that_f_returns_do_not_wrap() -> None:
    def f(x: Any) -> Any:
        return np.uint8(7) if x[0] > 1 else np.uint8(9)

    step = np.finfo(float).eps ** (1 / 3)
    assert finite_difference(f, [1.0]).item() == pytest.approx(-1 / step)


def test_small_types_do_not_wrap() -> None:
    for kind in (np.uint8, np.int8, np.float16):
        assert relative_error(kind([1]), kind([3])) == pytest.approx(2 / 3)
    assert relative_error([True], [False]) == 1
    assert relative_error(np.int8([-128]), np.int8([127])) == 255 / 128


def test_as_many_digits_as_show_the_difference() -> None:
    def said(said: float, measured: float) -> str:
        check = GradientCheck(1.0, (0,), said, measured, 0.1)
        return str(check).partition(": a rel")[0].removeprefix("wrong: at ")

    words = "[0] the gradient says "
    assert said(1.2345678, 2) == words + "1.23457, measured 2"
    assert said(1.2345678, 1.2345679) == (
        words + "1.2345678, measured 1.2345679"
    )
    assert said(1, np.nextafter(1, 2)) == (
        words + "1, measured 1.0000000000000002"
    )
    assert said(-0.0, 1) == words + "0, measured 1"
    assert said(1, -0.0) == words + "1, measured 0"


def test_a_kink_at_x_is_not_refused() -> None:
    """Real steps measure half of its jump, an imaginary one a side."""

    def f(x: Any) -> Any:
        return 1000 * x[1] + x[0] * (x[0].real > 0)

    found = check_gradient(f, [0.0, 1000.0], [0.0, -2.0])
    assert found.right and found.error == 0


def test_a_gradient_of_zeros_where_f_ends_nearby() -> None:
    def f(x: Any) -> Any:
        if abs(x[0]) > 0.01:
            raise ValueError("too far")
        return 1 + x[0] ** 2

    assert check_gradient(f, [0.0], [0.0], "central").right
    assert not check_gradient(f, [0.0], [0.005], "central").right


@pytest.mark.parametrize("x", [3.0, 1e-4, -1e-8])
def test_an_absolute_value_is_refused_at_small_x(x: float) -> None:
    with pytest.raises(ValueError, match="abs"):
        check_gradient(lambda v: v * abs(v), abs(x), x)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_f_that_is_complex_beside_x_only(sign: int) -> None:
    def f(v: Any) -> Any:
        return v if sign * v <= sign else v + 1j

    with pytest.raises(ValueError, match="complex number for a real x"):
        finite_difference(f, 1.0)


def test_a_conjugate_beside_a_constant_is_refused_at_zero() -> None:
    """Where steps that are shorter drown in rounding."""
    with pytest.raises(ValueError, match="conj"):
        check_gradient(lambda v: 1 + 1e-3 * np.conj(v), -1e-3, 0.0)
