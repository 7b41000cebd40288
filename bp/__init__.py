"""Backpropagation, derived and run: all that the chapters have grown.

Written by the chapters."""

from bp.algorithm import Gradient, backprop
from bp.biases import bias_gradient
from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import cost_when_nudged, measured_delta, output_error
from bp.descent import GradientRule, History, accuracy, sgd
from bp.digits import Array, Samples, as_columns, load_digits, one_hot
from bp.gradient_check import (
    GradientCheck,
    check_gradient,
    complex_step,
    finite_difference,
    relative_error,
)
from bp.minibatch import minibatches
from bp.network import ForwardPass, Network, forward, random_network
from bp.neuron import sigmoid, sigmoid_prime, weighted_input
from bp.reading import count_parameters, distance, verdict
from bp.recursion import propagate_error
from bp.regularisation import (
    EarlyStopping,
    Masks,
    dropout_masks,
    l1_penalty,
    l2_penalty,
    masked_backprop,
    masked_forward,
    shifted,
    with_dropout,
    with_l1,
    with_l2,
    with_noise,
    with_shifts,
)
from bp.weights import weight_gradient

__all__ = [
    "Array",
    "EarlyStopping",
    "ForwardPass",
    "Gradient",
    "GradientCheck",
    "GradientRule",
    "History",
    "Masks",
    "Network",
    "Samples",
    "accuracy",
    "as_columns",
    "backprop",
    "bias_gradient",
    "check_gradient",
    "complex_step",
    "cost_when_nudged",
    "count_parameters",
    "distance",
    "dropout_masks",
    "finite_difference",
    "forward",
    "l1_penalty",
    "l2_penalty",
    "load_digits",
    "masked_backprop",
    "masked_forward",
    "measured_delta",
    "minibatches",
    "one_hot",
    "output_error",
    "propagate_error",
    "quadratic_cost",
    "quadratic_cost_gradient",
    "random_network",
    "relative_error",
    "sgd",
    "shifted",
    "sigmoid",
    "sigmoid_prime",
    "verdict",
    "weight_gradient",
    "weighted_input",
    "with_dropout",
    "with_l1",
    "with_l2",
    "with_noise",
    "with_shifts",
]
