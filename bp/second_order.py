"""What does the gradient's gradient cost

Written by the chapter chapters/27_second_order.md: edit it there, not here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bp.algorithm import End, Gradient, backprop
from bp.cost import quadratic_cost_gradient
from bp.digits import Array, as_columns
from bp.minima import as_vector
from bp.network import ForwardPass, Network, check_network, forward
from bp.neuron import SIGMOID, Activation
from bp.reading import as_numbers, count_parameters

__all__ = ["forward_along", "hessian_vector", "gauss_newton_vector"]


def _speed(f: Callable[[Array], Array], z: Array, rz: Array) -> Array:
    """R{f(z)}, by a complex step along R{z}."""
    moved = as_numbers(f(z + 1e-30j * rz), "f(z)")
    if moved.dtype.kind != "c":
        raise ValueError(
            "f.prime or end lost the imaginary part of z, expected complex "
            "numbers: an abs() or a float() in it drops it"
        )
    speed: Array = moved.imag / 1e-30
    return speed


def _slope(f: Activation, z: Array, a: Array) -> Array:
    """f′(z); of σ from what is there, without an exponential."""
    return a * (1 - a) if f == SIGMOID else f.prime(z)


def _back(at: Any, l: int, pull: Array, rpull: Array) -> list[Array]:
    """δ = pull ⊙ f′(z) of layer l, and R{δ}."""
    network, run, moving = at
    f, z, a, rz = network.f[l], run.z[l], run.a[l], moving.z[l]
    slope = _slope(f, z, a)
    if f == SIGMOID:
        rslope = slope * (1 - 2 * a) * rz
    else:
        rslope = _speed(f.prime, z, rz)
    return [pull * slope, rpull * slope + pull * rslope]


def _last(at: Any, y: ArrayLike, end: End | None) -> list[Array]:
    """δ of the last layer, and R{δ}."""
    network, run, moving = at
    L = network.depth
    if end is None:
        pull = quadratic_cost_gradient(run.a[L], y)
        return _back(at, L, pull, moving.a[L])
    asked, z = end, run.z[L]
    delta = as_numbers(asked(z, y)[1], "δ of end")
    if delta.shape != z.shape:
        raise ValueError(f"δ of end has shape {delta.shape}, not {z.shape}")
    return [delta, _speed(lambda z: asked(z, y)[1], z, moving.z[L])]


class _Speeds(Gradient):
    """v^l and u^l, known to be in the shapes of a network."""


def _views(column: Array, network: Network) -> _Speeds:
    """A column of P numbers in the shapes of a network, not copied."""
    w, b, start = {}, {}, 0
    for l, own in network.w.items():
        middle, end = start + own.size, start + own.size + len(own)
        w[l] = column[start:middle].reshape(own.shape)
        b[l], start = column[middle:end], end
    return _Speeds(w, b, np.float64(0))


def _real(*arrays: Array) -> None:
    if "c" in {array.dtype.kind for array in arrays}:
        raise TypeError("network, x, y or v is complex, expected real numbers")


def _direction(network: Network, v: Any) -> Any:
    """v^l and u^l, in the shapes of the network; all real."""
    if isinstance(v, _Speeds):
        return v
    check_network(network)
    v = as_columns(v, "v", count_parameters(network.sizes))
    if v.shape[1] > 1:
        raise ValueError(f"v has shape {v.shape}, expected ({len(v)}, 1)")
    _real(v, *network.w.values(), *network.b.values())
    return _views(v.astype(np.float64, copy=False), network)


def forward_along(
    network: Network, x: ArrayLike, v: ArrayLike
) -> tuple[ForwardPass, ForwardPass]:
    """A forward pass, and R of it along v (eq-second-order-forward).

    x is (n_0, m); v is a real column of P numbers, in the order of
    `as_vector`, of any length.  The second pass holds R{z[l]} and R{a[l]}
    for l = 1, ..., L, shaped as z[l].  Raises ValueError when a shape does
    not fit, TypeError when network, x or v is complex.
    """
    along, run = _direction(network, v), forward(network, x)
    _real(run.a[0])
    rz, ra = dict[int, Array](), dict[int, Array]()
    for l, f in network.f.items():
        rz[l] = along.w[l] @ run.a[l - 1] + along.b[l]
        if l > 1:
            rz[l] = rz[l] + network.w[l] @ ra[l - 1]
        ra[l] = _slope(f, run.z[l], run.a[l]) * rz[l]
    return run, ForwardPass(rz, ra)


def hessian_vector(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    v: ArrayLike,
    end: End | None = None,
) -> Array:
    """The Hessian of the mean cost times v (eq-second-order-batch).

    Arguments and errors as for `backprop`, v as for `forward_along`, but none
    complex (TypeError); the result is a column, shape (P, 1).  ValueError,
    too, when f.prime or `end` answers a complex z with real numbers.
    """
    along, w, f = _direction(network, v), network.w, network.f
    if end is not None:  # as in backprop, it has the place of the last f
        network = Network(w, network.b, {**f, network.depth: SIGMOID})
    at = network, *forward_along(network, x, along)
    a, ra, m = at[1].a, at[2].a, at[1].a[0].shape[1]
    found = np.zeros((count_parameters(network.sizes), 1))
    slope = _views(found, network)  # writing there writes into `found`
    delta, rdelta = _last(at, y, end)  # R{BP1}
    _real(delta)
    for l in range(network.depth, 0, -1):
        slope.b[l][:] = rdelta.mean(axis=1, keepdims=True)  # R{BP3}
        slope.w[l][:] = rdelta / m @ a[l - 1].T  # R{BP4}
        if l > 1:
            slope.w[l] += delta / m @ ra[l - 1].T
            rpull = w[l].T @ rdelta + along.w[l].T @ delta  # R{BP2}
            delta, rdelta = _back(at, l - 1, w[l].T @ delta, rpull)
    return found


def gauss_newton_vector(network: Network, x: ArrayLike, v: ArrayLike) -> Array:
    """The mean of JᵀJ over a batch, times v (eq-second-order-twice).

    J is the Jacobian of a sample's answers; arguments and errors as for
    `forward_along`; the result is a column, shape (P, 1).  The cost is to
    be the quadratic one: targets do not matter.
    """
    _, moving = forward_along(network, x, v)
    last = network.depth

    def end(z: Array, ra: ArrayLike) -> tuple[float, Array]:
        return 0.0, np.asarray(ra) * network.f[last].prime(z)

    return as_vector(backprop(network, x, moving.a[last], end))
