"""Backpropagation, derived and run: all that the chapters have grown.

Written by the chapters."""

from bp.algorithm import Gradient, backprop
from bp.biases import bias_gradient
from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import cost_when_nudged, measured_delta, output_error
from bp.descent import (
    Callback,
    Diverged,
    GradientRule,
    History,
    Interrupted,
    accuracy,
    load_run,
    save_run,
    sgd,
)
from bp.digits import Array, Samples, as_columns, load_digits, one_hot
from bp.gradient_check import (
    GradientCheck,
    check_gradient,
    complex_step,
    finite_difference,
    relative_error,
)
from bp.minibatch import Workspace, batch_gradient, minibatches
from bp.minima import (
    Place,
    as_network,
    as_vector,
    classify,
    hessian,
    hessian_vector,
    rearranged,
)
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
    "Callback",
    "Diverged",
    "EarlyStopping",
    "ForwardPass",
    "Gradient",
    "GradientCheck",
    "GradientRule",
    "History",
    "Interrupted",
    "Masks",
    "Network",
    "Place",
    "Samples",
    "Workspace",
    "accuracy",
    "as_columns",
    "as_network",
    "as_vector",
    "backprop",
    "batch_gradient",
    "bias_gradient",
    "check_gradient",
    "classify",
    "complex_step",
    "confusion_matrix",
    "cost_when_nudged",
    "count_parameters",
    "distance",
    "dropout_masks",
    "finite_difference",
    "forward",
    "hessian",
    "hessian_vector",
    "l1_penalty",
    "l2_penalty",
    "load_digits",
    "load_mnist",
    "load_run",
    "masked_backprop",
    "masked_forward",
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
    "rearranged",
    "relative_error",
    "save_run",
    "sgd",
    "shifted",
    "sigmoid",
    "sigmoid_prime",
    "verdict",
    "weight_gradient",
    "weighted_input",
    "wilson_interval",
    "with_dropout",
    "with_l1",
    "with_l2",
    "with_noise",
    "with_shifts",
]
