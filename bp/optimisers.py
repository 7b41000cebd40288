"""Can the step be better

Written by the chapter chapters/25_optimisers.md: edit it there, not here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bp.loop import Memory, Parameters, _check_kind, as_parameters
from bp.reading import as_real, as_whole, in_words

__all__ = ["optimiser", "Optimiser"]


def _fitting(parameters: Any, slopes: Any, memory: Any, v: bool) -> Any:
    """Each parameter with its slope, if they fit each other and the memory."""
    places = as_parameters(parameters, "parameters")
    slopes = as_parameters(slopes, "slopes", places)
    _check_kind(memory, "memory", "Memory")
    if as_whole(memory.t, "memory.t", 0):
        if bool(memory.v) != v:
            raise ValueError("memory is of another row: write Memory()")
        for part in (memory.m, memory.v) if v else (memory.m,):
            as_parameters(part, "memory", places)
    return {name: (place, slopes[name]) for name, place in places.items()}


_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
_ROWS: dict[str, dict[str, float]] = {
    "plain": {},
    "momentum": {"beta1": 0.9},
    "Nesterov": {"beta1": 0.9},
    "RMSProp": {"beta2": 0.9, "epsilon": 1e-8},
    "Adam": _ADAM,
    "AdamW": {**_ADAM, "decay": 0.01},
}


def optimiser(name: str, learning_rate: float, **other: float) -> "Optimiser":
    """The row "plain", "momentum", "Nesterov", "RMSProp", "Adam" or "AdamW".

    `other` replaces its beta1, beta2, epsilon or decay; all parameters decay
    alike.  Raises TypeError and ValueError for what cannot be meant.
    """
    if not isinstance(name, str) or name not in _ROWS:
        raise ValueError(f"name is {in_words(name)}, expected {[*_ROWS]}")
    rate = as_real(learning_rate, "learning_rate", 0.01, above=True)
    row: dict[str, float] = {**_ROWS[name], **other}
    if row.keys() != _ROWS[name].keys():
        raise TypeError(f"{name} has {[*_ROWS[name]]}, got {[*other]}")
    for key, value in row.items():
        high = 1 - 1e-15 if "beta" in key else np.inf
        row[key] = as_real(value, key, _ROWS[name][key], high)
    return Optimiser(
        rate, **row, ahead=name == "Nesterov", mean="Adam" in name
    )


@dataclass(frozen=True)
class Optimiser:
    """A row of the table (eq-optimisers-one); `optimiser` makes it."""

    learning_rate: float
    beta1: float = 0.0
    beta2: float | None = None  # None: not divided
    epsilon: float = 0.0
    decay: float = 0.0
    ahead: bool = False  # Nesterov
    mean: bool = False  # m is a mean, corrected as v is

    def step(
        self, parameters: Parameters, slopes: Parameters, memory: Memory
    ) -> tuple[Parameters, Memory]:
        """New parameters and memory, in new arrays; Memory() is the first."""
        pairs = _fitting(parameters, slopes, memory, self.beta2 is not None)
        new, t, m, v = {}, memory.t + 1, {}, {}
        for name, (theta, g) in pairs.items():
            fresh = (1 - self.beta1) * g if self.mean else g
            m[name] = self.beta1 * memory.m.get(name, 0) + fresh
            d = g + self.beta1 * m[name] if self.ahead else m[name]
            d = d / (1 - self.beta1**t) if self.mean else d
            if self.beta2 is not None:
                old, fresh = memory.v.get(name, 0), (1 - self.beta2) * g**2
                v[name] = self.beta2 * old + fresh
                v_hat = v[name] / (1 - self.beta2**t if self.mean else 1)
                d = d / (np.sqrt(v_hat) + self.epsilon)
            new[name] = theta - self.learning_rate * (d + self.decay * theta)
        return new, Memory(t, m, v)
