"""Guard 4: each change of the mathematics in `bp` is noticed by somebody."""

import json
import subprocess
import sys

import pytest

from conftest import ROOT

pytestmark = pytest.mark.guard("4b mutants")

# Changes that change nothing, and why.
EQUIVALENT = {
    "neuron.sigmoid: z.real >= 0 → z.real > 0": "both forms give ½ at 0",
    "neuron.sigmoid: z.real >= 0 → z.real >= 1": (
        "both forms are exact where neither exponential is large"
    ),
    "delta.measured_delta: ((network.sizes[l], x.shape[1]), 1e-30) → "
    "((network.sizes[l], x.shape[1]), 1.5000000000000001e-30)": (
        "any imaginary step that is tiny gives the same slope"
    ),
    "gradient_check.complex_step: 1e-30 → 1.5000000000000001e-30": (
        "any imaginary step that is tiny gives the same slope"
    ),
    "gradient_check.finite_difference: np.maximum(1, abs(start)) → "
    "np.maximum(2, abs(start))": (
        "a step twice as long, near the best one, is as good a choice"
    ),
    "minima.hessian_vector: 1e-30 → 1.5000000000000001e-30": (
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
            "minima.rearranged: (w[l][old] * sign, b[l][old] * sign) → "
            "(w[l][old] / sign, b[l][old] * sign)",
            "minima.rearranged: (w[l][old] * sign, b[l][old] * sign) → "
            "(w[l][old] * sign, b[l][old] / sign)",
            "minima.rearranged: (out * sign.T, b[l + 1] + out @ (sign < 0)) "
            "→ (out / sign.T, b[l + 1] + out @ (sign < 0))",
            "minima.rearranged: out @ (sign < 0) → out @ (sign <= 0)",
            "minima.rearranged: sign < 0 → sign < 1",
        ],
        "a sign is 1 or -1: to divide is to multiply, and none is 0",
    ),
    **dict.fromkeys(
        [
            "minima.as_vector: -1 → -2",
            "minibatch._cut: -1 → -2",
        ],
        "reshape takes any negative width for the one to be found",
    ),
    "delta.measured_delta: as_whole(l, 'l', 1, network.depth) → "
    "as_whole(l, 'l', 0, network.depth)": "the nudge asks for the layer, too",
    "minima.as_network: as_wholes(sizes, 'sizes', 1) → as_wholes(sizes, "
    "'sizes', 0)": "count_parameters asks for the widths, too",
    "minima.rearranged: -1 → -2": (
        "reshape finds any negative width; a sign of -2 is refused later"
    ),
    **dict.fromkeys(
        [
            "minibatch.__init__: Gradient(*_views(self.slopes, sizes), "
            "flat[0] * 0) → Gradient(*_views(self.slopes, sizes), flat[0] "
            "/ 0)",
            "minibatch.__init__: flat[0] → flat[1]",
            "minibatch.__init__: flat[0] * 0 → flat[0] * 1",
        ],
        "the first cost is overwritten before anyone reads it",
    ),
    **dict.fromkeys(
        [
            "minibatch.step: m <= 64 and self.parameters.nbytes > 2 * "
            "_PIECE → m <= 64 or self.parameters.nbytes > 2 * _PIECE",
            "minibatch.step: m <= 64 and self.parameters.nbytes > 2 * "
            "_PIECE → m < 64 and self.parameters.nbytes > 2 * _PIECE",
            "minibatch.step: m <= 64 → m <= 65",
            "minibatch.step: m <= 64 → m <= 63",
            "minibatch.step: m <= 64 and self.parameters.nbytes > 2 * "
            "_PIECE → m <= 64 and self.parameters.nbytes >= 2 * _PIECE",
            "minibatch.step: self.parameters.nbytes > 2 * _PIECE → "
            "self.parameters.nbytes > 2 / _PIECE",
            "minibatch.step: 2 * _PIECE → 3 * _PIECE",
            "minibatch.step: 2 * _PIECE → 1 * _PIECE",
            "minibatch._descend: max(1, _PIECE // w[0].nbytes) → max(2, "
            "_PIECE // w[0].nbytes)",
            "minibatch.batch_gradient: 500 → 501",
            "minibatch.batch_gradient: 500 → 499",
        ],
        "in pieces or whole, the step is the same: only its speed differs",
    ),
    **dict.fromkeys(
        [
            "minibatch.batch_gradient: (np.zeros_like(space.slopes), 0.0) "
            "→ (np.zeros_like(space.slopes), 0.0)",
            "descent._measure: (x.shape[1], 0.0, 0) → (x.shape[1], 0.0, 0)",
        ],
        "one and a half times nothing is nothing",
    ),
    **dict.fromkeys(
        [
            "minibatch.batch_gradient: not (np.isfinite(squares) and "
            "np.isfinite(total).all()) → not (np.isfinite(squares) or "
            "np.isfinite(total).all())",
        ],
        "what is not finite in one is not finite in the other",
    ),
    **dict.fromkeys(
        [
            "descent.sgd: batch_size if gradient is None else 1 → "
            "batch_size if gradient is None else 2",
        ],
        "with a rule of one's own the room for a batch is not used",
    ),
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
