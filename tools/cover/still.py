"""The standing picture as an SVG, for a page without scripts."""

from itertools import groupby

import numpy as np

from cover.scene import (
    ANSWERS,
    FIELD,
    HEIGHT,
    HIDDEN,
    LARGEST,
    WIDTH,
    Line,
    Scene,
    corner,
    rows,
)

BARS, ERRORS = 516, 673  # across: where they begin


def short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def curves(lines: list[Line], colour: str) -> str:
    """Lines in five shades."""
    out = ""
    for shade, some in groupby(lines, lambda l: int(min(4, 5 * l.strength))):
        d = ""
        for line in some:
            (ax, ay), (bx, by) = line.start, line.end
            m = round(ax + 0.55 * (bx - ax))
            start, end = f"{ax:.0f} {ay:.0f}", f"{bx:.0f} {by:.0f}"
            d += f"M{start}C{m} {ay:.0f} {m} {by:.0f} {end}"
        out += f'<path d="{d}" opacity="{0.15 + 0.17 * shade:.2f}"/>'
    return f'<g fill="none" stroke="var(--{colour})">{out}</g>'


def pixels(x: np.ndarray) -> str:
    """The field, and its pixels: a path for each shade of ink."""
    left, top, side = FIELD
    size = side / 8 - 2
    out = (
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" rx="6" '
        'fill="none" stroke="var(--line)"/>'
        f'<g stroke="var(--a)" stroke-width="{short(size)}">'
    )
    for shade in sorted({round(float(v), 2) for v in x if v > 0.02}):
        d = ""
        for k in np.flatnonzero(np.abs(x - shade) < 0.01):
            a, b = corner(int(k))
            d += f"M{short(a + 1)} {short(b + 1 + size / 2)}h{short(size)}"
        out += f'<path d="{d}" opacity="{shade:g}"/>'
    return f"{out}</g>"


def half_ring(across: int, y: float, error: float) -> str:
    """On the left if the error is negative, on the right if positive."""
    side, wide = (1 if error > 0 else -1), 9 * min(1, abs(error))
    r = 10.5 + wide / 2
    x, up = short(across + side * r * 0.32), r * 0.95
    return (
        f'<path stroke-width="{short(wide)}" d="M{x} {short(y - up)}'
        f"A{short(r)} {short(r)} 0 0 {(side + 1) // 2} "
        f'{x} {short(y + up)}"/>'
    )


def neurons(across: int, values: np.ndarray, errors: np.ndarray) -> str:
    """Discs as blue as they are active, an error as half a ring."""
    heights = rows(len(values))
    paper = "".join(f"M{across} {y:.0f}h0" for y in heights)
    discs = rings = ""
    for y, a, e in zip(heights, values, errors, strict=True):
        discs += f'<circle cx="{across}" cy="{y:.0f}" r="8.5" '
        discs += 'stroke="var(--soft)" ' if a < 0.25 else ""
        discs += f'fill-opacity="{a:.2f}"/>'
        rings += half_ring(across, y, e) if abs(e) > 0.02 else ""
    return (
        f'<path d="{paper}" stroke="var(--paper)" stroke-width="17" '
        f'stroke-linecap="round"/><g fill="var(--a)" stroke="var(--a)">{discs}'
        f'</g><g fill="none" stroke="var(--delta)">{rings}</g>'
    )


def bars(scene: Scene) -> str:
    out = ""
    heights = rows(len(scene.answers))
    for j, (a, e) in enumerate(zip(scene.answers, scene.delta2, strict=True)):
        y = heights[j]
        out += f'<text x="493" y="{y + 6:.0f}" font-weight="600">{j}</text>'
        if j == scene.meant:
            out += (
                f'<rect x="{BARS}" y="{y - 10:.0f}" width="70" height="20" '
                'rx="3" fill="none" stroke="currentColor" '
                'stroke-dasharray="3 3"/>'
            )
        if a > 0.01:
            out += f'<path d="M{BARS} {y:.0f}h{short(70 * a)}" stroke-width='
            out += '"13" stroke="var(--a)"/>'
        if a > 0.045:
            x = BARS + 8 + 70 * (1 if j == scene.meant else a)
            out += f'<text x="{x:.0f}" y="{y + 5:.0f}" font-size="14">'
            out += f"{a:.2f}</text>"
        width = short(40 * e / LARGEST)
        out += f'<path d="M{ERRORS} {y - 8:.0f}v16" stroke="var(--line)"/>'
        out += f'<path d="M{ERRORS} {y:.0f}h{width}" stroke-width="13" '
        out += 'stroke="var(--delta)"/>'
    return out


def heads(scene: Scene) -> str:
    words = [
        (1, "64 pixels a⁰", "start", "soft"),
        (HIDDEN, f"{len(scene.hidden)} neurons a¹", "middle", "soft"),
        (ANSWERS - 9, f"{len(scene.answers)} answers a²", "start", "soft"),
        (WIDTH - 2, "error δ²", "end", "td"),
    ]
    return "".join(
        f'<text x="{x}" y="15" text-anchor="{anchor}" font-size="14" '
        f'fill="var(--{ink})">{text}</text>'
        for x, text, anchor, ink in words
    )


def still(scene: Scene) -> str:
    inside = heads(scene) + curves(scene.forwards, "a")
    inside += curves(scene.back, "delta") + pixels(scene.x)
    unit = scene.delta1 / np.abs(scene.delta1).max()
    inside += neurons(HIDDEN, scene.hidden, unit)
    inside += neurons(ANSWERS, scene.answers, scene.delta2 / LARGEST)
    label = (
        f"A handwritten {scene.meant}, read as {scene.read}: from 64 pixels "
        f"through {len(scene.hidden)} neurons to {len(scene.answers)} "
        "answers, and the errors back."
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMinYMin" '
        f'role="img" aria-label="{label}" fill="currentColor">'
        f"{inside}{bars(scene)}</svg>"
    )
