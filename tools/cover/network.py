"""The cover's network: trained by `bp`, rounded to a byte a number."""

import base64
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from bp.algorithm import backprop
from bp.digits import Samples, load_digits
from bp.network import Network, forward, random_network
from bp.training import accuracy, sgd

SIZES = (64, 16, 10)
LEARNING_RATE, BATCH = 3.0, 10  # as in the chapter on real handwriting
ETA = LEARNING_RATE / BATCH  # the share of one digit in a step
SURE, MOST = 0.8, 60  # an answer that is learned; steps at most


def trained() -> Network:
    """The first seed, and not one that was chosen by the test digits."""
    train, _ = load_digits()
    rng = np.random.default_rng(0)
    network, _ = sgd(
        random_network(SIZES, rng),
        train.x,
        train.y,
        learning_rate=LEARNING_RATE,
        batch_size=BATCH,
        epochs=30,
        rng=rng,
    )
    return network


def packed(network: Network) -> dict[str, Any]:
    """Whole numbers from -127 to 127, and a float32 scale for each array."""
    scale: dict[str, list[float]] = {"w": [], "b": []}
    out = b""
    for l in network.w:
        for key, values in (("w", network.w[l]), ("b", network.b[l])):
            unit = np.float32(np.abs(values).max() / 127)
            scale[key].append(float(f"{unit:.9g}"))
            out += np.round(values / unit).astype(np.int8).tobytes()
    text = base64.b64encode(out).decode()
    return {"sizes": network.sizes, "scale": scale, "bytes": text}


def unpacked(data: dict[str, Any], dtype: DTypeLike = float) -> Network:
    """The network that the page computes with."""
    flat = np.frombuffer(base64.b64decode(data["bytes"]), np.int8)
    sizes, scale, at = data["sizes"], data["scale"], 0
    w: dict[int, np.ndarray] = {}
    b: dict[int, np.ndarray] = {}
    for l in range(1, len(sizes)):
        for store, key, width in ((w, "w", sizes[l - 1]), (b, "b", 1)):
            whole = flat[at : at + sizes[l] * width].astype(np.float32)
            values = whole * np.float32(scale[key][l - 1])
            store[l] = values.reshape(sizes[l], width).astype(dtype)
            at += whole.size
    return Network(w, b)


def steps_to_learn(network: Network, x: ArrayLike, y: np.ndarray) -> int:
    """How many steps until the answer is the wanted one, and sure."""
    for steps in count():
        answer = forward(network, x).a[2]
        learned = answer.argmax() == y.argmax() and answer.max() > SURE
        if learned or steps == MOST:
            return steps
        slopes = backprop(network, x, y)
        network = Network(
            {l: network.w[l] - ETA * slopes.w[l] for l in network.w},
            {l: network.b[l] - ETA * slopes.b[l] for l in network.b},
        )
    raise AssertionError


def opening(network: Network, test: Samples) -> int:
    """The test digit of the opening: read wrongly, and learned soonest.

    In three steps at least, so that one sees it come.
    """
    answers = forward(network, test.x).a[2].argmax(axis=0)
    steps = {
        int(i): steps_to_learn(network, test.x[:, [i]], test.y[:, [i]])
        for i in np.flatnonzero(answers != test.label)
    }
    return min(steps, key=lambda i: (steps[i] < 3, steps[i], i))


def count_right(network: Network, test: Samples) -> int:
    return round(len(test.label) * accuracy(network, test.x, test.y))
