"""How small changes add up

Written by the chapter chapters/06_changes.md: edit it there, not here.
"""

from bp.experiments.reading import (
    COLOUR,
    Picture,
    axes,
    curve,
    draw_neuron,
    drawing,
    plot,
    words,
)

__all__ = [
    "PLACES",
    "values_at",
    "slopes_at",
    "signed",
    "draw_roads",
    "effects",
    "draw_effects",
]


PLACES = {"x": (50, 90), "u": (250, 40), "v": (250, 140), "r": (450, 90)}


def values_at(x: float) -> dict[str, float]:
    """What stands at each place: u = x², v = 5 − x and r = uv."""
    u, v = x * x, 5 - x
    return {"x": x, "u": u, "v": v, "r": u * v}


def slopes_at(x: float) -> dict[str, float]:
    """The slope of each step, the other road held: xu is ∂u/∂x, and so on."""
    at = values_at(x)
    return {"xu": 2 * x, "ur": at["v"], "xv": -1.0, "vr": at["u"]}


def signed(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def draw_roads(x: float) -> Picture:
    """Two roads from x to r, each step with its slope."""
    at, slope, parts = values_at(x), slopes_at(x), []
    for road, value in slope.items():
        (p, q), (s, t) = PLACES[road[0]], PLACES[road[1]]
        line = [(p + k * (s - p), q + k * (t - q)) for k in (0.2, 0.78)]
        width, beside = 1 + 0.8 * abs(value), -20 if "u" in road else 20
        parts.append(curve(line, COLOUR["w"], width, value < 0, head=True))
        parts.append(
            words(((p + s) / 2, (q + t) / 2 + beside), f"· {signed(value)}")
        )
    for name, place in PLACES.items():
        label = f"{name} = {signed(at[name])}"
        parts.append(draw_neuron(place, label, 0.2, COLOUR["a"], 36))
    up, down = slope["xu"] * slope["ur"], slope["xv"] * slope["vr"]
    return Picture(
        drawing(parts, 180),
        f"Two roads from x to r: the upper one multiplies a small push by "
        f"{signed(slope['xu'])} · {signed(slope['ur'])} = {signed(up)}, the "
        f"lower one by {signed(slope['xv'])} · {signed(slope['vr'])} = "
        f"{signed(down)}; together by {signed(up + down)}.",
    )


def effects(x: float, push: float) -> list[float]:
    """What a push does over u, over v, their sum, both at once, the rest."""
    at, moved = values_at(x), values_at(x + push)
    over_u = (moved["u"] - at["u"]) * at["v"]
    over_v = at["u"] * (moved["v"] - at["v"])
    both = moved["r"] - at["r"]
    return [over_u, over_v, over_u + over_v, both, both - over_u - over_v]


def draw_effects(x: float, push: float) -> Picture:
    """The effects of a push along two roads, for each unit of push."""
    found = [effect / push for effect in effects(x, push)]
    names = ["over u", "over v", "sum", "both", "rest"]
    colours = [COLOUR["w"], COLOUR["w"], COLOUR["z"], COLOUR["C"], "grey"]
    ax = axes()
    bars = ax.bar(names, found, color=colours, width=0.6)
    ax.bar_label(bars, labels=[signed(value) for value in found])
    ax.axhline(0, color="grey", linewidth=0.8)
    ax.set(ylim=(-30, 30), ylabel="change of r, by push")
    ax.set_title("What a push does, for each unit of it")
    return plot(
        ax,
        f"At x = {x:g} a push of {push:g} moves r by {signed(found[3])} for "
        f"each unit; the two roads by {signed(found[0])} and "
        f"{signed(found[1])}, and the rest is {signed(found[4])}.",
    )
