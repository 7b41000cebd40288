"""Guard 4: whatever is handed in, the answer is right or a sentence.

Each argument of each function is replaced in turn by each of many things
that it is not.  Then either the function still answers, or the error is one
that `bp` itself has raised, and names the argument.
"""

import traceback
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bp

pytestmark = pytest.mark.guard("4 functions")
HOME = Path(bp.__file__).parent


class Elsewhere:
    """An array of another library: numpy would take its numbers silently."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)
        self.shape, self.dtype = self.array.shape, self.array.dtype

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self.array

    def __dlpack__(self, **_: Any) -> Any:
        return self.array.__dlpack__()

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Any:
        return map(Elsewhere, self.array)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def cubes(v: Any) -> Any:
    return (v**3).sum()


def all_cubes(v: Any) -> Any:
    return sum(map(cubes, v.values())) if isinstance(v, dict) else cubes(v)


NET = bp.random_network((2, 4, 3), rng())
X, Y = rng().normal(size=(2, 5)), bp.one_hot([0, 2, 1, 1, 0], 3)
RUN = bp.forward(NET, X)
MASKS = bp.dropout_masks(NET, 5, 0.5, rng())
SGD = {"learning_rate": 1.0, "batch_size": 2, "epochs": 1, "rng": rng()}
ROWS = {"x_rows": X.T.copy(), "y_rows": Y.T.copy(), "index": np.arange(3)}
SPACE = bp.Workspace(NET, 4)
PARTS = {"w": dict(NET.w), "b": dict(NET.b)}
NAMED = bp.by_name(NET)

# Every public function, with arguments that it takes.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "count_parameters": (bp.count_parameters, {"sizes": (3, 2, 1)}),
    "as_columns": (bp.as_columns, {"values": X, "name": "values"}),
    "one_hot": (bp.one_hot, {"label": [1, 2], "classes": 3}),
    "sigmoid": (bp.sigmoid, {"z": X}),
    "sigmoid_prime": (bp.sigmoid_prime, {"z": X}),
    "tanh_prime": (bp.tanh_prime, {"z": X}),
    "softplus": (bp.softplus, {"z": X}),
    "leaky": (bp.leaky, {"s": 0.1}),
    "normal_cdf": (bp.normal_cdf, {"z": X}),
    "weighted_input": (
        bp.weighted_input,
        {"w": NET.w[1], "b": NET.b[1], "x": X},
    ),
    "Network": (bp.Network, PARTS),
    "forward": (bp.forward, {"network": NET, "x": X}),
    "random_network": (
        bp.random_network,
        {"sizes": (2, 3), "rng": rng(), "dtype": float},
    ),
    "bump_network": (
        bp.bump_network,
        {"f": np.sin, "n": 4, "sharpness": 0.5},
    ),
    "quadratic_cost": (bp.quadratic_cost, {"a": Y, "y": Y}),
    "quadratic_cost_gradient": (bp.quadratic_cost_gradient, {"a": Y, "y": Y}),
    "measured_delta": (
        bp.measured_delta,
        {"network": NET, "x": X, "y": Y, "l": 1},
    ),
    "cost_when_nudged": (
        bp.cost_when_nudged,
        {"network": NET, "x": X, "y": Y, "l": 1, "nudge": 0 * RUN.z[1]},
    ),
    "output_error": (bp.output_error, {"cost_gradient": Y, "z": RUN.z[2]}),
    "propagate_error": (
        bp.propagate_error,
        {"w_next": NET.w[2], "delta_next": Y, "z": RUN.z[1]},
    ),
    "bias_gradient": (bp.bias_gradient, {"delta": Y}),
    "weight_gradient": (bp.weight_gradient, {"delta": Y, "a_previous": X}),
    "backprop": (bp.backprop, {"network": NET, "x": X, "y": Y}),
    "finite_difference": (
        bp.finite_difference,
        {"f": cubes, "x": X},
    ),
    "complex_step": (bp.complex_step, {"f": cubes, "x": X, "h": 1e-30}),
    "measured_jacobian": (
        bp.measured_jacobian,
        {"f": lambda x: x * x, "x": X[:, [0]]},
    ),
    "values_of": (bp.values_of, {"network": NET, "kind": "w", "l": 1}),
    "with_values": (
        bp.with_values,
        {"network": NET, "kind": "b", "l": 1, "values": NET.b[1]},
    ),
    "measured_slopes": (
        bp.measured_slopes,
        {"network": NET, "x": X, "y": Y, "kind": "b", "l": 2},
    ),
    "relative_error": (
        bp.relative_error,
        {"got": X, "wanted": X + 1},
    ),
    "check_gradient": (
        bp.check_gradient,
        {"f": cubes, "grad": 3 * X**2, "x": X, "method": "central"}
        | {"tolerance": 1e-6},
    ),
    "step_down": (
        bp.step_down,
        {"network": NET, "slope": bp.backprop(NET, X, Y)}
        | {"learning_rate": 0.5},
    ),
    "minibatches": (bp.minibatches, {"n": 5, "size": 2, "rng": rng()}),
    "flattened": (bp.flattened, {"network": NET}),
    "of_sigmoids": (bp.of_sigmoids, {"network": NET}),
    "Workspace": (bp.Workspace, {"network": NET, "batch_size": 2}),
    "Workspace.backprop": (SPACE.backprop, ROWS),
    "batch_gradient": (
        bp.batch_gradient,
        {"network": NET, "x": X, "y": Y, "block": 2},
    ),
    "accuracy": (bp.accuracy, {"network": NET, "x": X, "y": Y}),
    "as_parameters": (bp.as_parameters, {"values": NAMED, "name": "values"}),
    "by_name": (bp.by_name, {"parts": NET}),
    "with_parameters": (
        bp.with_parameters,
        {"network": NET, "parameters": NAMED},
    ),
    "network_slopes": (bp.network_slopes, {"network": NET, "x": X, "y": Y}),
    "optimiser": (bp.optimiser, {"name": "Adam", "learning_rate": 0.1}),
    "Optimiser.step": (
        bp.optimiser("Adam", 0.1).step,
        {"parameters": NAMED, "slopes": NAMED, "memory": bp.Memory()},
    ),
    "minimise": (
        bp.minimise,
        {"parameters": NAMED, "slopes": bp.network_slopes(NET, X, Y), "n": 5}
        | {"optimiser": bp.optimiser("Adam", 0.1), "memory": bp.Memory()}
        | {"batch_size": 2, "epochs": 1, "rng": rng()}
        | {"history": bp.History(), "callback": lambda *_: None},
    ),
    "sgd": (
        bp.sgd,
        {"network": NET, "x": X, "y": Y, **SGD, "test": (X, Y)}
        | {"gradient": bp.backprop, "history": bp.History()}
        | {"callback": lambda *_: None},
    ),
    "as_vector": (bp.as_vector, {"parts": NET}),
    "as_network": (
        bp.as_network,
        {"vector": bp.as_vector(NET), "sizes": NET.sizes},
    ),
    "hessian_along": (
        bp.hessian_along,
        {"network": NET, "x": X, "y": Y, "v": bp.as_vector(NET)},
    ),
    "hessian": (bp.hessian, {"network": NET, "x": X, "y": Y}),
    "forward_along": (
        bp.forward_along,
        {"network": NET, "x": X, "v": bp.as_vector(NET)},
    ),
    "hessian_vector": (
        bp.hessian_vector,
        {"network": NET, "x": X, "y": Y, "v": bp.as_vector(NET)},
    ),
    "gauss_newton_vector": (
        bp.gauss_newton_vector,
        {"network": NET, "x": X, "v": bp.as_vector(NET)},
    ),
    "lanczos": (
        bp.lanczos,
        {"product": lambda v: 2 * v, "start": X[:, :1], "steps": 2},
    ),
    "conjugate_gradients": (
        bp.conjugate_gradients,
        {"product": lambda v: 2 * v, "b": X[:, :1], "steps": 2}
        | {"precision": 1e-9},
    ),
    "classify": (
        bp.classify,
        {"network": NET, "x": X, "y": Y, "still": 1e-9, "flat": 1e-9},
    ),
    "split_neuron": (bp.split_neuron, {"network": NET, "l": 1, "j": 2}),
    "rule_hessian": (
        bp.rule_hessian,
        {"rule": bp.with_l2(0.1), "network": NET, "x": X, "y": Y},
    ),
    "mean_gain": (
        bp.mean_gain,
        {"before": [0.1, 0.2, 0.4], "after": [0.3, 0.2, 0.5]},
    ),
    "wilson_interval": (bp.wilson_interval, {"right": 3, "n": 5, "t": 1.96}),
    "confusion_matrix": (
        bp.confusion_matrix,
        {"label": [1, 2], "guess": [1, 1], "classes": 3},
    ),
    "softmax": (bp.softmax, {"z": RUN.z[2]}),
    "log_softmax": (bp.log_softmax, {"z": RUN.z[2]}),
    "cross_entropy_cost": (bp.cross_entropy_cost, {"z": RUN.z[2], "y": Y}),
    "softmax_error": (bp.softmax_error, {"z": RUN.z[2], "y": Y}),
    "softmax_cross_entropy": (
        bp.softmax_cross_entropy,
        {"z": RUN.z[2], "y": Y},
    ),
    "sigmoid_cross_entropy": (
        bp.sigmoid_cross_entropy,
        {"z": RUN.z[2], "y": Y},
    ),
    "read_idx": (bp.read_idx, {"content": b"\0\0\x08\1\0\0\0\1a"}),
    "with_l1": (bp.with_l1, {"lam": 0.1, "rule": bp.backprop}),
    "with_l2": (bp.with_l2, {"lam": 0.1, "rule": bp.backprop}),
    "EarlyStopping": (bp.EarlyStopping, {"patience": 2}),
    "dropout_masks": (
        bp.dropout_masks,
        {"network": NET, "m": 5, "keep": 0.5, "rng": rng()},
    ),
    "masked_backprop": (
        bp.masked_backprop,
        {"network": NET, "x": X, "y": Y, "masks": MASKS},
    ),
    "with_dropout": (bp.with_dropout, {"keep": 0.5, "rng": rng()}),
    "with_noise": (
        bp.with_noise,
        {"scale": 0.1, "rng": rng(), "rule": bp.backprop},
    ),
    "shifted": (bp.shifted, {"x": np.ones((4, 5)), "down": 1, "right": 0}),
    "with_shifts": (bp.with_shifts, {"rng": rng(), "rule": bp.backprop}),
    "jacobian": (bp.jacobian, {"network": NET, "x": X[:, [0]], "l": 1}),
    "gaussian_expectation": (
        bp.gaussian_expectation,
        {"g": np.cos, "variance": 2.0},
    ),
    "scale_for": (bp.scale_for, {"f": bp.SIGMOID}),
    "initialised": (
        bp.initialised,
        {"sizes": (2, 3), "rng": rng(), "f": bp.SIGMOID, "scale": 2.0},
    ),
    "mean_field": (
        bp.mean_field,
        {"f": bp.SIGMOID, "scale": 2.0, "depth": 3, "start": 1, "bias": 0},
    ),
}
CALLS |= {
    "grad": (bp.grad, {"f": all_cubes, "x": X}),
    "value_and_grad": (bp.value_and_grad, {"f": all_cubes, "x": X}),
    "record": (lambda f, x: bp.record(f, x), {"f": all_cubes, "x": X}),
    "jvp": (bp.jvp, {"f": cubes, "x": X, "direction": X}),
    "sigma": (lambda z: bp.sigma(z), {"z": X}),
    "operation": (
        lambda f, slopes: bp.operation(f, slopes),
        {"f": np.exp, "slopes": np.exp},
    ),
}
ELSEWHERE = {  # what is tried by tests of its own
    "distance verdict load_digits load_mnist mnist_folder save_run load_run "
    "as_array as_labels as_numbers as_path as_place as_real as_slope "
    "as_targets as_whole as_wholes check_callable check_network check_rng "
    "gated in_words one_number write_whole"
}
STRANGERS: dict[str, Any] = {
    "None": None,
    "words": "no such thing",
    "digits in a string": "3",
    "bytes": b"abc",
    "an object": object(),
    "a namespace": SimpleNamespace(w={1: X}, b={1: X}, shape=(2, 5)),
    "a dictionary": {"a": 1},
    "a set": {1.0, 2.0},
    "a type": float,
    "an exception": ValueError("x"),
    "a path": Path("somewhere"),
    "a number too many": 10**400,
    "a number of many digits": 10**5000,
    "nan": float("nan"),
    "infinity": float("inf"),
    "minus one": -1,
    "one half": 0.5,
    "complex": 2j,
    "a truth": True,
    "a decimal": Decimal("0.5"),
    "a fraction": Fraction(1, 2),
    "nothing listed": [],
    "nothing": np.zeros((0, 0)),
    "a ragged list": [[1.0], [1.0, 2.0]],
    "a list of None": [None, None],
    "a list of strings": ["a", "b"],
    "1-D": np.array([1.0, 2.0]),
    "0-D": np.array(1.5),
    "3-D": np.ones((2, 5, 1)),
    "another shape": np.ones((7, 11)),
    "nan in an array": np.full((2, 5), np.nan),
    "numbers that overflow": np.full((2, 5), 1e308),
    "strings": np.array([["a"] * 5] * 2),
    "objects": np.array([[None] * 5] * 2),
    "dates": np.zeros((2, 5), "M8[s]"),
    "durations": np.zeros((2, 5), "m8[s]"),
    "records": np.zeros((2, 5), [("a", float)]),
    "masked": np.ma.masked_greater(X, 0),
    "a masked label": np.ma.masked_array([1, 2], [False, True]),
    "masked rows": [np.ma.masked_greater(row, 0) for row in X],
    "the masked constant": np.ma.masked,
    "of another library": Elsewhere(X),
    "a label of another library": Elsewhere([1, 2]),
    "a number of another library": Elsewhere(1.0),
    "rows of another library": [Elsewhere(row) for row in X],
}
NEVER = ["masked", "library", "None", "a type", "an exception", "a path"]
NEVER += ["an object", "a ragged list", "bytes", "a set", "dates", "records"]
CALLABLE = {"f", "g", "grad", "rule", "gradient", "callback", "slopes"}
CALLABLE |= {"product"}
TAKEN = {("dtype", s) for s in STRANGERS if "type" in s or "library" in s}
TAKEN |= {  # where None means what is usual
    (a, "None")
    for a in ("h", "tolerance", "history", "test", "dtype", "scale")
    + ("gradient", "callback", "memory")
}


def test_every_public_function_is_tried() -> None:
    tried = {name.split(".")[0] for name in CALLS}
    functions = {
        name
        for name in bp.__all__
        if callable(thing := getattr(bp, name))
        and getattr(thing, "__module__", "").startswith("bp.")
        and not (isinstance(thing, type) and name not in tried)
    }
    assert functions - tried == {*" ".join(ELSEWHERE).split()}


@pytest.mark.parametrize("name", CALLS)
def test_the_right_arguments_are_taken(name: str) -> None:
    function, given = CALLS[name]
    function(**given)


@pytest.mark.parametrize(
    ("name", "argument"),
    [(n, a) for n, (_, given) in CALLS.items() for a in given if a != "name"],
)
def test_a_wrong_argument_is_told_in_a_sentence(
    name: str, argument: str
) -> None:
    function, given = CALLS[name]
    for stranger, value in STRANGERS.items():
        if argument in CALLABLE and callable(value):
            continue
        what = f"{name}({argument}={stranger})"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                function(**{**given, argument: value})
        except (TypeError, ValueError, IndexError) as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            assert HOME in Path(place.filename).parents, f"{what}: {error!r}"
            assert place.line.startswith("raise"), f"{what}: {error!r}"
            named = [word for word in given if word in str(error)]
            assert named or argument == "content", f"{what}: {error!r}"
        except Exception as error:
            raise AssertionError(f"{what}: {error!r}") from error
        else:
            refused = any(word in stranger for word in NEVER)
            allowed = (argument, stranger) in TAKEN
            assert allowed or not refused, f"{what} is taken"
