"""Guard 4: each change of the mathematics in `bp` is noticed by somebody."""

import json
import subprocess
import sys

import pytest

from conftest import ROOT

pytestmark = [pytest.mark.guard("4b mutants"), pytest.mark.posix]

# Changes that change nothing, and why.
EQUIVALENT = {
    "autodiff.back: -1 → -0": "the first step is given, and reads nothing",
    **dict.fromkeys(
        [
            "operations._power_slope: np.where(both, 1, a) → "
            "np.where(both, 2, a)",
            "operations._largest: np.where(top, a, 0) → np.where(top, a, 1)",
        ],
        "it is multiplied by 0",
    ),
    "operations._share: np.where(a == b, 0.5, a > b) → "
    "np.where(a == b, 0.5, a >= b)": "where they are equal ½ is taken",
    "operations._einsum: True → False": "np.transpose refuses that, too",
    "operations._concatenate: -1 → -2": "np.reshape takes any negative number",
    "traced._name: f'{home}.{f.__name__}'.replace('numpy.', 'np.', 1) → "
    "f'{home}.{f.__name__}'.replace('numpy.', 'np.', 2)": "it stands once",
    "second_order.forward_along: run.a[0] → run.a[1]": "it is complex with x",
    "operations._matmul: -1 → -0": "the result has one axis there",
    "activations._switch: np.where(np.abs(z.real) < 30, z, "
    "30 * np.sign(z.real)) → np.where(np.abs(z.real) < 30, z, "
    "30 / np.sign(z.real))": "the sign is 1 or −1 there",
    "network._functions: getattr(function, n, 0) → "
    "getattr(function, n, 1)": "neither 0 nor 1 can be called",
    **dict.fromkeys(
        [
            "activations.tanh_prime: np.where(z.real >= 0, -z, z) → "
            "np.where(z.real > 0, -z, z)",
            "activations.tanh_prime: z.real >= 0 → z.real >= 1",
            "activations.leaky: np.where(z.real < 0, s * z, z) → "
            "np.where(z.real <= 0, s * z, z)",
            "activations.softplus: z.real >= 0 → z.real > 0",
            "activations.softplus: z.real >= 0 → z.real >= 1",
            "activations.normal_cdf: wide.real < 0 → wide.real <= 0",
            "activations.normal_cdf: wide.real < 0 → wide.real < 1",
        ],
        "both forms are exact there",
    ),
    **dict.fromkeys(
        [
            f"activations.{name}: {before} → {after}"
            for name, before, afters in [
                (
                    "_bell",
                    "np.where(np.abs(z.real) > 40, 40, z)",
                    [
                        "np.where(np.abs(z.real) >= 40, 40, z)",
                        "np.where(np.abs(z.real) > 40, 41, z)",
                        "np.where(np.abs(z.real) > 40, 39, z)",
                    ],
                ),
                (
                    "_bell",
                    "np.abs(z.real) > 40",
                    [
                        "np.abs(z.real) > 41",
                        "np.abs(z.real) > 39",
                    ],
                ),
                (
                    "normal_cdf",
                    "np.where(u.real > 30, 30, u)",
                    [
                        "np.where(u.real >= 30, 30, u)",
                        "np.where(u.real > 30, 31, u)",
                        "np.where(u.real > 30, 29, u)",
                    ],
                ),
                (
                    "normal_cdf",
                    "u.real > 30",
                    [
                        "u.real > 31",
                        "u.real > 29",
                    ],
                ),
                (
                    "_switch",
                    "np.abs(z.real) < 30",
                    [
                        "np.abs(z.real) < 31",
                        "np.abs(z.real) < 29",
                    ],
                ),
                (
                    "_switch",
                    "30 * np.sign(z.real)",
                    [
                        "31 * np.sign(z.real)",
                        "29 * np.sign(z.real)",
                    ],
                ),
                (
                    "_switch",
                    "np.where(np.abs(z.real) < 30, z, 30 * np.sign(z.real))",
                    [
                        "np.where(np.abs(z.real) <= 30, z, "
                        "30 * np.sign(z.real))",
                    ],
                ),
                (
                    "_switch_prime",
                    "np.abs(z.real) < 30",
                    [
                        "np.abs(z.real) < 31",
                        "np.abs(z.real) < 29",
                    ],
                ),
                (
                    "_switch_prime",
                    "np.where(np.abs(z.real) < 30, z, 30)",
                    [
                        "np.where(np.abs(z.real) <= 30, z, 30)",
                        "np.where(np.abs(z.real) < 30, z, 31)",
                        "np.where(np.abs(z.real) < 30, z, 29)",
                    ],
                ),
            ]
            for after in afters
        ],
        "so far out the result is 0 or 1, to the last digit",
    ),
    **dict.fromkeys(
        [
            "activations.normal_cdf: range(13) → range(14)",
            "activations.normal_cdf: range(13) → range(12)",
            "activations.normal_cdf: u.real < 6 → u.real < 7",
            "activations.normal_cdf: u.real < 6 → u.real < 5",
            "activations.normal_cdf: np.where(u.real < 6, 1 / (1 + np.exp(2 "
            "* math.pi / h * u)), 0) → np.where(u.real <= 6, 1 / (1 + "
            "np.exp(2 * math.pi / h * u)), 0)",
        ],
        "what is added or left out is below the last digit",
    ),
    "trust.wilson_interval: max(0.0, middle - half) → "
    "max(0.0, middle - half)": "half as much again as nothing is nothing",
    "neuron.sigmoid: z.real >= 0 → z.real > 0": "both forms give ½ at 0",
    "neuron.sigmoid: z.real >= 0 → z.real >= 1": (
        "both forms are exact where neither exponential is large"
    ),
    **dict.fromkeys(
        [
            "cross_entropy.sigmoid_cross_entropy: z.real >= 0 → z.real > 0",
            "cross_entropy.sigmoid_cross_entropy: z.real >= 0 → z.real >= 1",
        ],
        "both forms are exact where neither exponential is large",
    ),
    "changes.complex_step: 1e-30 → 1.5000000000000001e-30": (
        "any imaginary step that is tiny gives the same slope"
    ),
    "gradient_check.__str__: range(6, 18) → range(6, 19)": (
        "seventeen digits tell any two numbers apart"
    ),
    **dict.fromkeys(
        [
            "gradient_check._check_analytic: np.random.default_rng(0) → "
            "np.random.default_rng(1)",
            "gradient_check.check_gradient: (1, 1e-06) → (1, 1.5e-06)",
            "gradient_check.check_gradient: (1, 1e-06) → (2, 1e-06)",
            "gradient_check._check_analytic: (1e-06, 2.7) → (1.5e-06, 2.7)",
            "gradient_check._check_analytic: (1e-06, 2.7) → (1e-06, "
            "4.050000000000001)",
            "gradient_check._check_analytic: 10000000.0 * "
            "np.finfo(here.dtype).eps → 15000000.0 * "
            "np.finfo(here.dtype).eps",
            "gradient_check._check_analytic: 1e-06 * abs(seen) → 1.5e-06 * "
            "abs(seen)",
            "gradient_check._check_analytic: 0.001 * abs(slope) → 0.0015 * "
            "abs(slope)",
            "gradient_check._check_analytic: 1e-07 * max(abs(slope), "
            "abs(seen)) → 1.5e-07 * max(abs(slope), abs(seen))",
            "gradient_check._size_of_zero: 0.1 * max(1.0, "
            "float(abs(x).max())) → 0.15000000000000002 * max(1.0, "
            "float(abs(x).max()))",
            "gradient_check._size_of_zero: max(1.0, float(abs(x).max())) → "
            "max(1.5, float(abs(x).max()))",
            "gradient_check._size_of_zero: [x, x + h] → [x, x - h]",
            "gradient_check._size_of_zero: 1000 * eps → 1001 * eps",
            "gradient_check._size_of_zero: 1000 * eps → 999 * eps",
            "gradient_check._size_of_zero: size / 10 → size / 11",
            "gradient_check._size_of_zero: size / 10 → size / 9",
            "gradient_check.check_gradient: 10 * promise → 11 * promise",
            "gradient_check.check_gradient: 10 * promise → 9 * promise",
        ],
        "a way, a step or a bound of the right order is as good a choice",
    ),
    **dict.fromkeys(
        [
            "gradient_check._check_analytic: max(abs(bend), 1e-06 * "
            "abs(seen)) > 0.001 * abs(slope) + noise → max(abs(bend), 1e-06 "
            "* abs(seen)) >= 0.001 * abs(slope) + noise",
            "gradient_check._size_of_zero: size / 10 * "
            "(float(abs(said).max()) <= 1000 * eps * size) → size / 10 * "
            "(float(abs(said).max()) < 1000 * eps * size)",
            "gradient_check.check_gradient: error > tolerance → error >= "
            "tolerance",
            "gradient_check.check_gradient: float(apart[place]) < 10 * "
            "promise * size → float(apart[place]) <= 10 * promise * size",
        ],
        "no measured number equals a bound exactly",
    ),
    "optimisers.optimiser: 1 - 1e-15 → 1 - 1.5000000000000001e-15": (
        "any number just below 1 will do for the largest β"
    ),
    "loop._large: 0 → 1": "an entry of 1 is not too large either",
    "loop._large: not worst < "
    "np.sqrt(np.finfo(cast(Any, array.dtype)).max) → not worst <= "
    "np.sqrt(np.finfo(cast(Any, array.dtype)).max)": (
        "no entry of a run equals the bound exactly"
    ),
    "second_order._views: np.float64(0) → np.float64(1)": (
        "nobody reads the cost of a direction"
    ),
    "second_order._direction: False → True": "a copy has the same numbers",
    "second_order.hessian_vector: at[1].a[0] → at[1].a[1]": (
        "every layer has a column for each sample"
    ),
    "second_order.gauss_newton_vector: (0.0, np.asarray(ra) * "
    "network.f[last].prime(z)) → (0.0, np.asarray(ra) * "
    "network.f[last].prime(z))": "the cost of this end is not used",
    **dict.fromkeys(
        [
            "krylov.lanczos: range(2) → range(3)",
            "krylov.lanczos: 1e-13 * np.linalg.norm(products[-1]) → "
            "1.5000000000000002e-13 * np.linalg.norm(products[-1])",
            "krylov.lanczos: -1 → -0",
        ],
        "what is left is rounding, 1e-16 of a product, or far more than 1e-13",
    ),
    "minima.hessian_along: 1e-30 → 1.5000000000000001e-30": (
        "any imaginary step that is tiny gives the same slope"
    ),
    **dict.fromkeys(
        [
            "minima.classify: slope > still → slope >= still",
            "minima.classify: values[0] < -flat → values[0] <= -flat",
            "minima.classify: values[0] > flat → values[0] >= flat",
            "minima.classify: 'plateau' if values[-1] <= flat else "
            "'undecided' → 'plateau' if values[-1] < flat else 'undecided'",
        ],
        "no measured number equals a tolerance exactly",
    ),
    **dict.fromkeys(
        [
            "minima.as_vector: -1 → -2",
            "regularisation.shifted: -1 → -2",
            "workspace._cut: -1 → -2",
        ],
        "reshape takes any negative width for the one to be found",
    ),
    "delta.measured_delta: as_whole(l, 'l', 1, network.depth) → "
    "as_whole(l, 'l', 0, network.depth)": "the nudge asks for the layer, too",
    "minima.as_network: as_wholes(sizes, 'sizes', 1) → as_wholes(sizes, "
    "'sizes', 0)": "count_parameters asks for the widths, too",
    **dict.fromkeys(
        [
            "workspace.__init__: Gradient(*_views(self.slopes, sizes), "
            "flat[0] * 0) → Gradient(*_views(self.slopes, sizes), flat[0] "
            "/ 0)",
            "workspace.__init__: flat[0] → flat[1]",
            "workspace.__init__: flat[0] * 0 → flat[0] * 1",
        ],
        "the first cost is overwritten before anyone reads it",
    ),
    **dict.fromkeys(
        [
            "workspace.step: m <= 64 and self.parameters.nbytes > 2 * "
            "_PIECE → m <= 64 or self.parameters.nbytes > 2 * _PIECE",
            "workspace.step: m <= 64 and self.parameters.nbytes > 2 * "
            "_PIECE → m < 64 and self.parameters.nbytes > 2 * _PIECE",
            "workspace.step: m <= 64 → m <= 65",
            "workspace.step: m <= 64 → m <= 63",
            "workspace.step: m <= 64 and self.parameters.nbytes > 2 * "
            "_PIECE → m <= 64 and self.parameters.nbytes >= 2 * _PIECE",
            "workspace.step: self.parameters.nbytes > 2 * _PIECE → "
            "self.parameters.nbytes > 2 / _PIECE",
            "workspace.step: 2 * _PIECE → 3 * _PIECE",
            "workspace.step: 2 * _PIECE → 1 * _PIECE",
            "workspace._descend: max(1, _PIECE // w[0].nbytes) → max(2, "
            "_PIECE // w[0].nbytes)",
            "workspace.batch_gradient: 500 → 501",
            "workspace.batch_gradient: 500 → 499",
        ],
        "in pieces or whole, the step is the same: only its speed differs",
    ),
    **dict.fromkeys(
        [
            "workspace.batch_gradient: (np.zeros_like(space.slopes), 0.0) "
            "→ (np.zeros_like(space.slopes), 0.0)",
            "training._measure: (x.shape[1], 0.0, 0) → (x.shape[1], 0.0, 0)",
        ],
        "one and a half times nothing is nothing",
    ),
    **dict.fromkeys(
        [
            "workspace._widened: -limit < a.min() and a.max() < limit → "
            "-limit <= a.min() and a.max() < limit",
            "workspace._widened: -limit < a.min() and a.max() < limit → "
            "-limit < a.min() and a.max() <= limit",
        ],
        "below the limit, at it or above, the gradient is the same",
    ),
    **dict.fromkeys(
        [
            "training._samples: :1000 → :1001",
            "training._samples: :1000 → :999",
        ],
        "a look at some samples: a round number of them",
    ),
    "workspace._widened: False → True": "a copy holds the same numbers",
    **dict.fromkeys(
        [
            "regularisation.dropout_masks: {l: "
            "rng.random((len(network.b[l]), m)) < keep for l in network.w} "
            "→ {l: rng.random((len(network.b[l]), m)) <= keep for l in "
            "network.w}",
        ],
        "no random number is exactly the chance to be kept",
    ),
}


@pytest.mark.any_chapter
def test_no_mutant_survives(
    capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    chapter = pytestconfig.option.chapter
    names = [chapter[3:]] if chapter else []
    run = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "mutants.py"), *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    with capsys.disabled():
        print(
            f"\n{found['planted']} mutants of bp, "
            f"{len(found['survivors'])} unnoticed, {len(EQUIVALENT)} argued"
        )
    assert set(found["survivors"]) == {
        name for name in EQUIVALENT if name.split(".")[0] in found["modules"]
    }
    assert found["unchanged"] == found["modules"], "a test fails by itself"
    assert found["planted"] > 150 or names
