"""What happens to δ over many layers

Written by the chapter chapters/24_depth.md: edit it there, not here.
"""

from functools import cache

import numpy as np

from bp.activations import RELU, TANH
from bp.algorithm import backprop
from bp.digits import Array
from bp.experiments.kit import COLOUR, Picture, curve, drawing, words
from bp.network import Network, forward, random_network
from bp.neuron import SIGMOID

__all__ = ["FUNCTIONS", "carried", "draw_carried"]


FUNCTIONS = {"sigmoid": SIGMOID, "tanh": TANH, "ReLU": RELU}


@cache
def carried(
    name: str, scale: float, width: int, depth: int
) -> tuple[Array, Array]:
    """‖δ^l‖ of one sample, with ‖δ^L‖ = 1, and the spread of a^l."""
    rng, sizes = np.random.default_rng(0), [width] * (depth + 1)
    start, layers = random_network(sizes, rng), range(1, depth + 1)
    network = Network(
        {l: np.sqrt(scale if l > 1 else 1) * start.w[l] for l in layers},
        {l: 0 * start.b[l] for l in layers},
        dict.fromkeys(layers, FUNCTIONS[name]),
    )
    x, u = rng.normal(size=(width, 20)), rng.normal(size=(width, 1))
    u /= np.linalg.norm(u)
    slopes = backprop(network, x[:, [0]], u, end=lambda z, y: (0.0, u))
    length = np.array([np.linalg.norm(slopes.b[l]) for l in layers])
    a = forward(network, x).a
    spread = np.array([np.sqrt(a[l].var(axis=1).mean()) for l in layers])
    return length, np.where(spread > 1e-14, spread, 0)


def draw_carried(name: str, scale: float, width: int, depth: int) -> Picture:
    """Both by layer, powers of ten upwards; a line ends where it is 0."""
    length, spread = carried(name, scale, width, depth)
    low, high, parts = -20, 20, []

    def at(l: float, power: float) -> tuple[float, float]:
        up = (min(max(power, low), high) - low) / (high - low)
        return 66 + 406 * (l - 1) / (depth - 1), 240 - 220 * up

    for power in range(low, high + 1, 10):
        ends = [at(1, power), at(depth, power)]
        parts.append(curve(ends, "grey", 0.5 if power else 1.5))
        said = f"1e{power}" if power else "1"
        parts.append(words((58, ends[0][1]), said, size=0.85, side="end"))
    for x, label, values, colour in [
        (150, "length of δ", length, COLOUR["delta"]),
        (300, "spread of a", spread, COLOUR["a"]),
    ]:
        some = [(l, float(np.log10(v))) for l, v in enumerate(values, 1) if v]
        broken = values is spread
        parts.append(curve([at(*p) for p in some], colour, 3, dashed=broken))
        parts.append(curve([(x, 40), (x + 24, 40)], colour, 3, dashed=broken))
        parts.append(words((x + 32, 40), label, colour, 0.9, side="start"))
    for x, l, side in [(58, 1, "start"), (480, depth, "end")]:
        parts.append(words((x, 257), f"layer {l}", size=0.9, side=side))
    first, last = (f"{v:.0e}" if v else "< 1e-14" for v in spread[[0, -1]])
    return Picture(
        drawing(parts, 270),
        f"{name}, weights of variance {scale}/n, {depth} layers, n = {width}: "
        f"a δ of length 1 arrives at layer 1 with length {length[0]:.0e}; "
        f"the spread of twenty samples goes from {first} to {last}.",
    )
