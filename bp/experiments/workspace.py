"""How the loop is made fast

Written by the chapter chapters/91_workspace.md: edit it there, not here.
"""

import json
from importlib.resources import files
from typing import Any

from bp.experiments.kit import COLOUR, INK, Picture, axes, plot

__all__ = ["measured", "draw_parts", "draw_peers"]


def measured(name: str) -> list[dict[str, Any]]:
    """The rows that a benchmark has stored with the book."""
    text = files("bp.data").joinpath(f"{name}.json").read_text("utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["rows"]
    return rows


def draw_parts() -> Picture:
    """What a step of the workspace takes, and where the time goes."""
    rows = [row for row in measured("step") if row["dtype"] == "float64"]
    looks = [("", "the products", "z"), ("gather", "fetching rows", "a")]
    looks += [("neurons", "each neuron", "delta")]
    looks += [("update", "subtracting", "w")]
    ax, bottom = axes(6.4, 3.6), [0.0] * len(rows)
    nets = list(dict.fromkeys(row["net"] for row in rows))
    places = [n + nets.index(row["net"]) for n, row in enumerate(rows)]
    for part, label, colour in looks:
        height = [row.get(part, 1.0) for row in rows]
        fill = (COLOUR[colour], 0.8 if part else 0.3)
        ax.bar(places, height, 0.8, bottom, label=label, color=fill)
        bottom = [a + b for a, b in zip(bottom, height, strict=True)]
    whole, label = [row["median"] for row in rows], "the whole step"
    ax.plot(places, whole, "_", color=INK, ms=14, mew=2.5, label=label)
    for k, net in enumerate(nets):
        ax.annotate(net, (6 * k + 2, 2.5), ha="center", fontsize=12)
    ax.set_xticks(places, ["1", "", "32", "", "1024"] * len(nets))
    ax.set(ylim=(0, 2.7), ylabel="time / floor")
    ax.set(xlabel="samples in a batch, m = 1, 10, 32, 128, 1024")
    ax.set_title("A step of the workspace")
    look = {"bbox_to_anchor": (0.26, 0.94), "ncols": 2, "columnspacing": 4}
    ax.legend(loc="upper left", fontsize=12, **look)
    order = sorted(rows, key=lambda row: float(row["median"]))
    least, most = (
        f"{row['median']:.1f} floors ({row['net']}, m = {row['m']})"
        for row in (order[0], order[-1])
    )
    return plot(
        ax,
        "What a whole step takes, in floors (its products alone), for three "
        f"networks: from {least} to {most}.",
    )


def draw_peers(net: str, m: int) -> Picture:
    """Others' time for a step, in floors."""
    (floors,) = [
        row["median"]
        for row in measured("step")
        if (row["net"], row["m"], row["dtype"]) == (net, m, "float64")
    ]
    rows = [r for r in measured("peers") if (r["net"], r["m"]) == (net, m)]
    found = {row["peer"]: floors * row["median"] for row in rows}
    found["Workspace"] = floors
    found = dict(sorted(found.items(), key=lambda pair: pair[1]))
    ax = axes(5.4, 3.6)
    ax.set_position((0.37, 0.16, 0.57, 0.74))
    for place, (name, time) in enumerate(found.items()):
        colour = COLOUR["delta" if name == "Workspace" else "w"]
        ax.barh([place], [time], 0.6, color=colour, alpha=0.6)
        ax.annotate(f" {time:.1f}", (time, place), va="center")
    ax.axvline(1, color=COLOUR["z"], linestyle="--")
    ax.set_yticks(range(len(found)), list(found))
    ax.set(xscale="log", xlim=(0.2, 60), xlabel="time of a step, in floors")
    ax.set_xticks([0.3, 1, 3, 10, 30], ["0.3", "1", "3", "10", "30"])
    ax.minorticks_off()
    ax.set_title(f"{net}, m = {m}")
    told = ", ".join(f"{name} {time:.2f}" for name, time in found.items())
    return plot(ax, f"{net}, m = {m}, in floors: {told}.")
