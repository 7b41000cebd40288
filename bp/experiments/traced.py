"""What numpy is told

Written by the chapter chapters/93_traced.md: edit it there, not here.
"""

from bp.experiments.kit import COLOUR, PAPER, Picture, curve, drawing, words

__all__ = ["ANSWERS", "ASKED", "draw_asked"]


ANSWERS = ["a single step", "made of others", "plain numbers", "refused"]
ASKED = {  # what is written, and which answer it gets
    "np.exp(v)": 0,
    "x @ v": 0,
    "np.mean(v)": 1,
    "v > 0": 2,
    "np.argmax(v)": 2,
    "v += 1": 3,
    "math.exp(v)": 3,
    "np.fft.fft(v)": 3,
}


def draw_asked(written: str) -> Picture:
    """Who is asked when a program meets a traced value v."""
    answer, parts = ASKED[written], []
    numpy = written != "math.exp(v)"
    for name, x, known in [("numpy", 180, numpy), ("Traced", 300, True)]:
        colour = COLOUR["a"] if known else "grey"
        box = f"M{x - 48} 96h96v44h-96z"
        parts.append(f'<path d="{box}" {PAPER} stroke="{colour}"/>')
        parts.append(words((x, 118), name, colour))
    parts.append(words((58, 118), written, size=0.9))
    if numpy:
        parts.append(curve([(112, 118), (130, 118)], width=3, head=True))
        parts.append(curve([(230, 118), (250, 118)], width=3, head=True))
    else:
        around = [(112, 132), (146, 176), (276, 176), (294, 144)]
        parts.append(curve(around, width=3, head=True))
    for k, says in enumerate(ANSWERS):
        y, mine = 30 + 58 * k, k == answer
        colour = COLOUR["delta" if k == 3 else "w"] if mine else "grey"
        parts.append(words((494, y), says, colour, 0.9, side="end"))
        if mine:
            ends = [(318, 92 if y < 118 else 144), (348, y)]
            parts.append(curve(ends, colour, 3, head=True))
    how = "numpy asks Traced" if numpy else "Python asks Traced for a float"
    return Picture(
        drawing(parts, 236),
        f"{written}, where v is a traced value: {how}, and the answer is: "
        f"{ANSWERS[answer]}.",
    )
