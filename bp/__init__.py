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
from bp.mnist import (
    confusion_matrix,
    load_mnist,
    mnist_folder,
    read_idx,
    wilson_interval,
)
from bp.network import ForwardPass, Network, forward, random_network
from bp.neuron import sigmoid, sigmoid_prime, weighted_input
from bp.reading import count_parameters, distance, verdict
from bp.recursion import propagate_error
from bp.weights import weight_gradient

__all__ = [
    "Array",
    "ForwardPass",
    "Gradient",
    "GradientCheck",
    "GradientRule",
    "History",
    "Network",
    "Samples",
    "accuracy",
    "as_columns",
    "backprop",
    "bias_gradient",
    "check_gradient",
    "complex_step",
    "confusion_matrix",
    "cost_when_nudged",
    "count_parameters",
    "distance",
    "finite_difference",
    "forward",
    "load_digits",
    "load_mnist",
    "measured_delta",
    "minibatches",
    "mnist_folder",
    "one_hot",
    "output_error",
    "propagate_error",
    "quadratic_cost",
    "quadratic_cost_gradient",
    "random_network",
    "read_idx",
    "relative_error",
    "sgd",
    "sigmoid",
    "sigmoid_prime",
    "verdict",
    "weight_gradient",
    "weighted_input",
    "wilson_interval",
]
