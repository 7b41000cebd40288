"""Backpropagation, derived and run: all that the chapters have grown.

Written by the chapters."""

from bp.digits import Array, Samples, as_columns, load_digits, one_hot
from bp.neuron import sigmoid, sigmoid_prime, weighted_input
from bp.reading import count_parameters, distance, verdict

__all__ = [
    "Array",
    "Samples",
    "as_columns",
    "count_parameters",
    "distance",
    "load_digits",
    "one_hot",
    "sigmoid",
    "sigmoid_prime",
    "verdict",
    "weighted_input",
]
