"""A hundred steps of each optimiser by optax, as JSON; in a process of its
own, since jax brings threads and wants to be told of 64 bits at the start.

    JAX_ENABLE_X64=1 python tests/optax_steps.py

Imports nothing of `bp`.
"""

import json
from typing import Any

import numpy as np

USUAL: dict[str, dict[str, Any]] = {
    "plain": {},
    "momentum": {"beta1": 0.9},
    "Nesterov": {"beta1": 0.9},
    "RMSProp": {"beta2": 0.9, "epsilon": 1e-8},
    "Adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "AdamW": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "decay": 0.01},
}
# Not the usual numbers, so that none of them is written into the code.
OTHER: dict[str, dict[str, Any]] = {
    "plain": {},
    "momentum": {"beta1": 0.7},
    "Nesterov": {"beta1": 0.8},
    "RMSProp": {"beta2": 0.95, "epsilon": 1e-3},
    "Adam": {"beta1": 0.8, "beta2": 0.97, "epsilon": 1e-3},
    "AdamW": {"beta1": 0.7, "beta2": 0.9, "epsilon": 1e-2, "decay": 0.05},
}
RATE = 0.05


def start() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {"w": rng.normal(size=(3, 2)), "b": rng.normal(size=(3, 1))}


def uneven(parameters: dict[str, Any], t: int) -> dict[str, Any]:
    """Slopes that depend on the place and on the step, of several sizes."""
    w, b = parameters["w"], parameters["b"]
    return {
        "w": 3 * w + np.sin(t + np.arange(6).reshape(3, 2)),
        "b": 0.01 * b * b + np.cos(2 * t) * 1e-3,
    }


def in_optax(name: str, other: dict[str, Any]) -> Any:
    import optax

    beta1, beta2 = other.get("beta1"), other.get("beta2")
    eps, decay = other.get("epsilon"), other.get("decay")
    if name in ("plain", "momentum", "Nesterov"):
        return optax.sgd(RATE, momentum=beta1, nesterov=name == "Nesterov")
    if name == "RMSProp":
        return optax.rmsprop(RATE, decay=beta2, eps=eps, eps_in_sqrt=False)
    if name == "Adam":
        return optax.adam(RATE, b1=beta1, b2=beta2, eps=eps)
    return optax.adamw(RATE, b1=beta1, b2=beta2, eps=eps, weight_decay=decay)


def steps(name: str, other: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters after each step."""
    import jax.numpy as jnp

    oracle, rows = in_optax(name, other), []
    theta = {k: jnp.asarray(v) for k, v in start().items()}
    state = oracle.init(theta)
    for t in range(1, 101):
        g = uneven({k: np.asarray(v) for k, v in theta.items()}, t)
        slopes = {k: jnp.asarray(v) for k, v in g.items()}
        updates, state = oracle.update(slopes, state, theta)
        theta = {k: theta[k] + updates[k] for k in theta}
        rows.append({k: np.asarray(v).tolist() for k, v in theta.items()})
    return rows


if __name__ == "__main__":
    kinds = [("usual", USUAL), ("other", OTHER)]
    print(
        json.dumps(
            {
                f"{name} {kind}": steps(name, row)
                for kind, rows in kinds
                for name, row in rows.items()
            }
        )
    )
