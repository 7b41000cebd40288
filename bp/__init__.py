"""Backpropagation, derived and run: all that the chapters have grown.

Written by the chapters."""

from bp.algorithm import End, Gradient, backprop
from bp.approximation import bump_network
from bp.biases import bias_gradient
from bp.changes import (
    as_place,
    complex_step,
    measured_jacobian,
    measured_slopes,
    one_number,
    values_of,
    with_values,
)
from bp.cost import quadratic_cost, quadratic_cost_gradient
from bp.delta import cost_when_nudged, measured_delta, output_error
from bp.descent import as_slope, step_down
from bp.digits import (
    Array,
    Samples,
    as_columns,
    as_labels,
    as_targets,
    load_digits,
    one_hot,
)
from bp.generalisation import mean_gain, rule_hessian
from bp.gradient_check import (
    GradientCheck,
    check_gradient,
    finite_difference,
    relative_error,
)
from bp.handwriting import confusion_matrix, load_mnist, mnist_folder, read_idx
from bp.minibatch import minibatches
from bp.minima import (
    Place,
    as_network,
    as_vector,
    classify,
    hessian,
    hessian_vector,
)
from bp.network import (
    ForwardPass,
    Network,
    check_network,
    forward,
    random_network,
)
from bp.neuron import (
    SIGMOID,
    Activation,
    sigmoid,
    sigmoid_prime,
    weighted_input,
)
from bp.reading import (
    as_array,
    as_numbers,
    as_real,
    as_whole,
    as_wholes,
    check_callable,
    check_rng,
    count_parameters,
    distance,
    in_words,
    verdict,
)
from bp.recursion import propagate_error
from bp.regularisation import (
    EarlyStopping,
    Masks,
    dropout_masks,
    masked_backprop,
    shifted,
    with_dropout,
    with_l1,
    with_l2,
    with_noise,
    with_shifts,
)
from bp.training import (
    Callback,
    Diverged,
    GradientRule,
    History,
    Interrupted,
    accuracy,
    as_path,
    load_run,
    save_run,
    sgd,
    write_whole,
)
from bp.traps import split_neuron
from bp.trust import wilson_interval
from bp.weights import weight_gradient
from bp.workspace import Workspace, batch_gradient, flattened, of_sigmoids

__all__ = [
    "Activation",
    "Array",
    "Callback",
    "Diverged",
    "EarlyStopping",
    "End",
    "ForwardPass",
    "Gradient",
    "GradientCheck",
    "GradientRule",
    "History",
    "Interrupted",
    "Masks",
    "Network",
    "Place",
    "SIGMOID",
    "Samples",
    "Workspace",
    "accuracy",
    "as_array",
    "as_columns",
    "as_labels",
    "as_network",
    "as_numbers",
    "as_path",
    "as_place",
    "as_real",
    "as_slope",
    "as_targets",
    "as_vector",
    "as_whole",
    "as_wholes",
    "backprop",
    "batch_gradient",
    "bias_gradient",
    "bump_network",
    "check_callable",
    "check_gradient",
    "check_network",
    "check_rng",
    "classify",
    "complex_step",
    "confusion_matrix",
    "cost_when_nudged",
    "count_parameters",
    "distance",
    "dropout_masks",
    "finite_difference",
    "flattened",
    "forward",
    "hessian",
    "hessian_vector",
    "in_words",
    "load_digits",
    "load_mnist",
    "load_run",
    "masked_backprop",
    "mean_gain",
    "measured_delta",
    "measured_jacobian",
    "measured_slopes",
    "minibatches",
    "mnist_folder",
    "of_sigmoids",
    "one_hot",
    "one_number",
    "output_error",
    "propagate_error",
    "quadratic_cost",
    "quadratic_cost_gradient",
    "random_network",
    "read_idx",
    "relative_error",
    "rule_hessian",
    "save_run",
    "sgd",
    "shifted",
    "sigmoid",
    "sigmoid_prime",
    "split_neuron",
    "step_down",
    "values_of",
    "verdict",
    "weight_gradient",
    "weighted_input",
    "wilson_interval",
    "with_dropout",
    "with_l1",
    "with_l2",
    "with_noise",
    "with_shifts",
    "with_values",
    "write_whole",
]
