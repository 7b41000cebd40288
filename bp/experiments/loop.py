"""One loop for everything

Written by the chapter chapters/92_loop.md: edit it there, not here.
"""

from functools import cache
from typing import Any

import numpy as np

from bp.digits import Array
from bp.experiments.kit import COLOUR, PAPER, Picture, curve, drawing, words
from bp.loop import Index, Parameters, Run, minimise
from bp.optimisers import optimiser
from bp.training import History

__all__ = [
    "draw_parts",
    "near_a_circle",
    "circle",
    "near_a_curve",
    "cubic",
    "RULES",
    "Way",
    "way",
    "trained",
    "draw_fit",
]


def draw_parts() -> Picture:
    """Who hands what to whom, in the loop."""
    parts = []
    boxes = [("the rule", "knows the samples", "a")]
    boxes += [("the optimiser", "knows the last steps", "w")]
    for k, (name, says, colour) in enumerate(boxes):
        x = 110 + 280 * k
        box = f"M{x - 88} 62h176v56h-176z"
        parts.append(f'<path d="{box}" {PAPER} stroke="{COLOUR[colour]}"/>')
        parts.append(words((x, 79), name, COLOUR[colour]))
        parts.append(words((x, 102), says, size=0.8))
    parts.append(curve([(202, 90), (298, 90)], COLOUR["delta"], 3, head=True))
    parts.append(words((250, 70), "slopes", COLOUR["delta"], 0.9))
    back = [(390, 122), (390, 160), (110, 160), (110, 122)]
    parts.append(curve(back, COLOUR["w"], 3, head=True))
    parts.append(words((250, 143), "parameters, by name", size=0.9))
    parts.append(curve([(110, 22), (110, 58)], width=3, head=True))
    parts.append(words((110, 10), "which samples", size=0.9))
    parts.append(words((390, 10), "the loop", size=1.1))
    rim = "M4 -8h492v188h-492z"
    dash = 'fill="none" stroke="currentColor" stroke-dasharray="7 5"'
    return Picture(
        drawing([f'<path d="{rim}" {dash}/>', *parts], 186, 12),
        "The loop names some samples to a rule, hands the rule's slopes to "
        "an optimiser, and the new parameters to the rule.",
    )


@cache
def near_a_circle() -> Array:
    """Sixty points near a circle."""
    rng = np.random.default_rng(3)
    angle, far = rng.uniform(0, 2 * np.pi, 60), 2 + rng.normal(0, 0.15, 60)
    return np.array([1 + far * np.cos(angle), far * np.sin(angle) - 0.5])


def circle(theta: Parameters, i: Index) -> tuple[float, Parameters]:
    """The mean cost of the points i, and its slopes by centre and radius."""
    away = near_a_circle()[:, i] - theta["centre"]
    d = np.sqrt((away**2).sum(axis=0))
    e = d - theta["radius"]
    centre = -(e * away / d).mean(axis=1, keepdims=True)
    slopes = {"centre": centre, "radius": -e.mean(keepdims=True)}
    return float((e**2).mean() / 2), slopes


@cache
def near_a_curve() -> Array:
    """Sixty points near a cubic curve, from -1 to 1."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, 60)
    return np.array([x, 2 * x**3 - x + 0.3 + rng.normal(0, 0.1, 60)])


def cubic(theta: Parameters, i: Index) -> tuple[float, Parameters]:
    """Mean cost of the cubic with the coefficients theta["heights"]."""
    x, y = near_a_curve()[:, i]
    powers = x ** np.arange(4)[:, np.newaxis]
    e = theta["heights"] @ powers - y
    return float((e**2).mean() / 2), {"heights": (powers * e).mean(axis=1)}


RULES: dict[str, Any] = {
    "circle": (circle, {"centre": np.zeros((2, 1)), "radius": np.ones(1)}),
    "curve": (cubic, {"heights": np.zeros(4)}),
}


Way = tuple[list[Parameters], list[float], float]


def way(thing: str, name: str, rate: float) -> Way:
    """Parameters and costs after each epoch, and the rate."""
    rule, start = RULES[thing]
    places = [start]

    def keep(epoch: int, run: Run, history: History) -> None:
        places.append(run.parameters)

    row, rng = optimiser(name, rate), np.random.default_rng(0)
    settings: Any = {"batch_size": 10, "epochs": 20, "callback": keep}
    run = minimise(start, rule, 60, optimiser=row, rng=rng, **settings)
    return places, run.history.cost, rate


@cache
def trained(thing: str, name: str) -> Way:
    """The way by the rate, of nine, that has the least cost at its end."""
    ways = [way(thing, name, 2.0**k) for k in range(-6, 3)]
    return min(ways, key=lambda one: one[1][-1])


def draw_fit(thing: str, optimiser: str, epochs: int) -> Picture:
    """Sixty points, and what was fitted to them in some epochs."""
    places, costs, _ = trained(thing, optimiser)
    theta, parts = places[epochs], []
    points = near_a_circle() if thing == "circle" else near_a_curve()
    turn = np.linspace(0, 2 * np.pi, 61)
    if thing == "circle":
        ring = theta["radius"] * np.array([np.cos(turn), np.sin(turn)])
        line = theta["centre"] + ring
    else:
        x = turn / np.pi - 1
        line = np.array([x, np.polyval(theta["heights"][::-1], x)])

    def at(u: float, v: float) -> tuple[float, float]:
        if thing == "circle":
            return 195 + 62 * u, 130 - 62 * v
        return 250 + 190 * u, 245 - 160 * v

    for u, v in points.T:
        p, q = at(u, v)
        parts.append(
            f'<circle cx="{p:.1f}" cy="{q:.1f}" r="3.5" '
            f'fill="{COLOUR["a"]}" opacity="0.6"/>'
        )
    parts.append(curve([at(*p) for p in line.T], COLOUR["w"], 3))
    said = f"{thing}, {optimiser}, epoch {epochs}: cost {costs[epochs]:.3g}"
    parts.append(words((250, 14), said))
    numbers = "; ".join(
        f"{name} {', '.join(f'{v:.2f}' for v in values.ravel())}"
        for name, values in theta.items()
    )
    text = f"{said}; {numbers}.".replace(" -", " −")
    return Picture(drawing(parts, 310), text)
