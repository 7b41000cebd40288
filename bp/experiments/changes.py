"""How small changes add up

Written by the chapter chapters/06_changes.md: edit it there, not here.
"""

from bp.experiments.kit import (
    COLOUR,
    Picture,
    curve,
    draw_network,
    drawing,
    words,
)

__all__ = ["draw_roads", "knob_effects", "draw_knobs"]


def draw_roads() -> Picture:
    """Two roads from x = 2 to r, each step with its slope."""
    slopes = {(1, 1, 1): 4, (2, 1, 1): 3, (1, 2, 1): -1, (2, 1, 2): 4}
    over_u, over_v = 4 * 3, -1 * 4
    at = [(145, 21), (355, 21), (145, 84), (355, 84)]
    said = [f"· {s}".replace("-", "−") for s in slopes.values()]
    svg = draw_network(
        (1, 2, 1),
        inside={(0, 1): "2", (1, 1): "4", (1, 2): "3", (2, 1): f"{over_u}"},
        weight={line: slope / 2 for line, slope in slopes.items()},
        titles=["x", "u = x · x,  v = 5 − x", "r = u · v"],
        over=[words(*label) for label in zip(at, said, strict=True)],
    )
    return Picture(
        svg,
        f"Two roads from x to r. Over u a small push is multiplied by "
        f"{over_u}, over v by −{-over_v}; together by {over_u + over_v}. A "
        "broken line is a negative slope.",
    )


def knob_effects(push_u: float, push_v: float) -> dict[str, float]:
    """What two pushes do to r = uv at u = 4, v = 3: alone, and together."""
    u, v, both = 3 * push_u, 4 * push_v, (4 + push_u) * (3 + push_v) - 12
    rest = round(both - u - v, 9)
    return {"u": u, "v": v, "sum": u + v, "both": both, "rest": rest}


def draw_knobs(push_u: float, push_v: float) -> Picture:
    """Strips of a rectangle, and beside it the effects as bars."""
    effect, u, v = knob_effects(push_u, push_v), 4 + push_u, 3 + push_v

    def corner(u: float, v: float) -> tuple[float, float]:
        return 8 + 40 * u, 200 - 40 * v

    def strip(u: float, v: float, height: float, colour: str) -> str:
        """From u to 4 across, and from v up."""
        ends = [corner(side, v + height / 2) for side in (u, 4)]
        return curve(ends, colour, 40 * abs(height))

    def sides(u: float, v: float, colour: str, width: float) -> str:
        places = [(0, 0), (u, 0), (u, v), (0, v), (0, 0)]
        return curve([corner(*at) for at in places], colour, width)

    parts = [
        strip(u, 0, 3, COLOUR["w"]),
        strip(0, 3, push_v, COLOUR["w"]),
        strip(u, 3, push_v, "grey"),
        sides(4, 3, "currentColor", 1),
        sides(u, v, COLOUR["C"], 3),
        words((88, 216), f"u = {u:g}"),
        words((60, 130), f"v = {v:g}"),
    ]
    colours = [COLOUR["w"], COLOUR["w"], COLOUR["z"], COLOUR["C"], "grey"]
    said = {
        k: f"{round(e, 2) + 0:g}".replace("-", "−") for k, e in effect.items()
    }
    for n, (name, value) in enumerate(effect.items()):
        x, end = 250 + 52 * n, 116 - 10 * value
        parts.append(curve([(x, 116), (x, end)], colours[n], 30))
        beside = end + (12 if value < 0 else -12)
        parts.append(words((x, beside), said[name], size=0.87))
        parts.append(words((x, 216), name, size=0.87))
    parts.append(curve([(224, 116), (484, 116)], "grey", 0.8))
    return Picture(
        drawing(parts, 228, -4),
        f"Pushing u alone moves r by {said['u']}, pushing v alone by "
        f"{said['v']}; that makes {said['sum']}. Both at once move r by "
        f"{said['both']}, and the rest is {said['rest']}: the grey corner.",
    )
