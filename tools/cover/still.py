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
    left, top, side = FIELD
    out = (
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" rx="6" '
        'fill="none" stroke="var(--line)"/>'
    )
    size = side / 8 - 2
    for k in np.flatnonzero(x > 0.02):
        a, b = corner(int(k))
        out += (
            f'<rect x="{short(a + 1)}" y="{short(b + 1)}" '
            f'width="{short(size)}" height="{short(size)}" rx="4" '
            f'fill="var(--a)" '
            f'opacity="{x[k]:.2f}"/>'
        )
    return out


def neurons(across: int, values: np.ndarray, errors: np.ndarray) -> str:
    """Discs as blue as they are active, an error as half a ring."""
    out = ""
    for y, a, e in zip(rows(len(values)), values, errors, strict=True):
        ink = "a" if a > 0.25 else "soft"
        at = f'cx="{across}" cy="{y:.0f}" r="8.5"'
        out += f'<circle {at} fill="var(--paper)"/>'
        out += f'<circle {at} stroke="var(--{ink})" fill="var(--a)" '
        out += f'fill-opacity="{a:.2f}"/>'
        if abs(e) > 0.02:
            side = 1 if e > 0 else -1
            wide = 9 * min(1, abs(e))
            r = 10.5 + wide / 2
            x, up = across + side * r * 0.32, r * 0.95
            out += (
                f'<path d="M{short(x)} {short(y - up)}A{short(r)} {short(r)} '
                f'0 0 {(side + 1) // 2} {short(x)} {short(y + up)}" '
                f'fill="none" stroke="var(--delta)" '
                f'stroke-width="{short(wide)}"/>'
            )
    return out


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
