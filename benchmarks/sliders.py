"""From a slider's move to the new picture: drawing and encoding, in ms."""

import statistics
import time
from collections.abc import Callable
from functools import partial

from bp.experiments.algorithm import draw_pass
from bp.experiments.approximation import draw_bumps
from bp.experiments.biases import draw_nudged_bias
from bp.experiments.cost import draw_landscape
from bp.experiments.delta import draw_factors, draw_nudge
from bp.experiments.descent import draw_training
from bp.experiments.digits import draw_class
from bp.experiments.gradient_check import draw_marks
from bp.experiments.kit import Picture
from bp.experiments.minibatch import draw_cloud
from bp.experiments.network import draw_flow
from bp.experiments.neuron import draw_tangent
from bp.experiments.reading import draw_middle
from bp.experiments.recursion import draw_path
from bp.experiments.weights import draw_ends

DRAWINGS: dict[str, Callable[[], Picture]] = {
    "neurons in the middle": partial(draw_middle, 3),
    "average of a class": partial(draw_class, 3),
    "tangent": partial(draw_tangent, 1, -1, 0),
    "activations": partial(draw_flow, 1, 2),
    "bumps": partial(draw_bumps, 10, 1),
    "landscape": partial(draw_landscape, "w²₁₁ and b²₁", 0),
    "two factors": partial(draw_factors, 1, 0),
    "demon": partial(draw_nudge, 1, 0.5),
    "paths": partial(draw_path, 1, 1),
    "nudged bias": partial(draw_nudged_bias, 1, "b¹₁"),
    "two ends of a weight": partial(draw_ends, "w¹₁₁", 0),
    "step by step": partial(draw_pass, "δ²"),
    "name the bug": partial(draw_marks, "A", False),
    "cloud of gradients": partial(draw_cloud, 10, 3),
    "boundary, trained": partial(draw_training, 400, "spiral", 3, 6, 0),
}
RUNS = 20


def measure() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, draw in DRAWINGS.items():
        html, times = draw().html, []
        for _ in range(RUNS):
            start = time.perf_counter()
            html = draw().html
            times.append(1000 * (time.perf_counter() - start))
        low, _, high = statistics.quantiles(times, n=4)
        rows.append(
            {
                "what": name,
                "median": statistics.median(times),
                "quartiles": [low, high],
                "kilobytes": len(html) // 1000,
            }
        )
    return rows
