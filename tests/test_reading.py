"""Guard 4: the verdict on an exercise, and the counting of parameters."""

import numpy as np
import pytest

from bp import count_parameters, verdict
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
