"""Slips that make a formula which is true as well: how many, and why."""

Why = dict[tuple[str, str], tuple[int, str]]

CHAPTERS: Why = {
    ("eq-digits-distance", "+ for −"): (
        2,  # in the norm, and in the sum
        "the ones of y and v never meet, so y + v is as long as y − v",
    ),
    ("eq-neuron-own", "an index for another"): (
        1,
        "σ′(z_k) where j = k is σ′(z_j)",
    ),
    ("eq-changes-total", "a sum lost"): (
        1,
        "true as well of a change of one of them alone",
    ),
    ("eq-bp1-index", "an index for another"): (
        1,
        "in the sum over k only the term with k = j is not zero",
    ),
    ("eq-bp1-matrix", "a transpose lost"): (
        1,
        "the Jacobian is diagonal, and so its own transpose",
    ),
    ("eq-bp3-index", "an index for another"): (
        2,  # in the first line, and in the second
        "in the sum over k only the term with k = j is not zero",
    ),
    ("eq-bp3-matrix", "a transpose lost"): (
        1,
        "the Jacobian is the identity, and so its own transpose",
    ),
    ("eq-descent-index", "a sum ended early"): (
        1,
        "true as well of a change in all layers but the last",
    ),
    ("eq-descent-index", "a number off by one"): (
        2,
        "true as well of a change in fewer layers",
    ),
    ("eq-descent-count", "a number off by one"): (
        2,
        "a bound that is less tight holds as well",
    ),
    ("eq-weights-all", "a sum lost"): (
        2,  # over j, and over k
        "true as well of a change in one row, or in one column, alone",
    ),
    ("eq-optimisers-bias", "an index for another"): (
        1,
        "every slope is drawn in the same way",
    ),
    ("eq-regularisation-mask", "an index for another"): (
        2,  # in the mean, and in the variance
        "every entry of a mask is drawn in the same way",
    ),
    ("eq-regularisation-noise-linear", "− for +"): (
        1,
        "noise is as likely to be taken away as to be added",
    ),
    ("eq-cross-entropy-jacobian-index", "an index for another"): (
        2,
        "in this case k = j",
    ),
    ("eq-activations-layer", "an index for another"): (
        1,
        "φ′(z_k) where j = k is φ′(z_j)",
    ),
    ("eq-activations-bp1-index", "an index for another"): (
        1,
        "in the sum over k only the term with k = j is not zero",
    ),
    ("eq-depth-variance", "− for +"): (
        1,
        "a bias has the mean 0, so that its sign does not matter",
    ),
    ("eq-depth-half", "an index for another"): (
        2,  # on each side
        "all neurons of a layer have the same variance",
    ),
    ("eq-depth-exact", "an index for another"): (
        1,
        "from any neuron to any other the mean square is the same",
    ),
}

ALIKE = "all of them are drawn alike"
EQUAL = "in this case j = k, or i = k"
LESS_Y = "δ is a − y, and y does not move"
ARROWS = "where there is no arrow, the slope is 0"
TWICE = "q and k are drawn alike"
SLACK = "no true formula: a bound with slack does not notice"

TO_COME: Why = {
    ("eq-attention-scale", "another letter"): (1, TWICE),
    ("eq-autodiff-forward", "a condition lost"): (1, ARROWS),
    ("eq-autodiff-reverse", "a condition lost"): (1, ARROWS),
    ("eq-convolution-bias", "indices swapped"): (
        1,
        "a sum over all places does not care which index is which",
    ),
    ("eq-cross-entropy-jacobian", "δ for a"): (1, LESS_Y),
    ("eq-cross-entropy-jacobian-index", "δ for a"): (1, LESS_Y),
    ("eq-cross-entropy-jacobian-index", "an index for another"): (2, EQUAL),
    ("eq-cross-entropy-jacobian-index", "another index"): (2, EQUAL),
    ("eq-cross-entropy-delta-softmax", "δ for a"): (2, LESS_Y),
    ("eq-depth-weights", "indices swapped"): (1, ALIKE),
    ("eq-depth-weights", "an index for another"): (1, ALIKE),
    ("eq-depth-weights", "another index"): (1, ALIKE),
    ("eq-depth-weights", "the layer before"): (1, "it is 0 in every layer"),
    ("eq-depth-weights", "the layer after"): (1, "it is 0 in every layer"),
    ("eq-depth-half", "an index for another"): (2, ALIKE),
    ("eq-depth-product", "another letter"): (1, ALIKE),
    ("eq-depth-bound", "the layer before"): (1, SLACK),
    ("eq-depth-bound", "a for δ"): (1, SLACK),
    ("eq-depth-bound", "a factor forgotten"): (1, SLACK),
    ("eq-memory-binomial", "another letter"): (
        1,
        "as many ways to choose r of s + r as to choose s",
    ),
    ("eq-normalisation-local", "another index"): (1, EQUAL),
    ("eq-normalisation-ways", "neighbours swapped"): (
        1,
        "what is held has no order",
    ),
    ("eq-optimisers-bias", "another index"): (1, ALIKE),
    ("eq-optimisers-bias", "another letter"): (1, ALIKE),
}

READ: Why = {
    ("eq-attention-scale", "factor lost"): (
        2,
        "the variance of the one that is lost is 1",
    ),
    ("eq-attention-scale", "letter"): (4, TWICE),
    ("eq-autodiff-product", "number"): (1, "ε³ is 0 as well"),
    ("eq-autodiff-forward", "condition lost"): (1, ARROWS),
    ("eq-autodiff-reverse", "condition lost"): (1, ARROWS),
    ("eq-convolution-bias", "swapped indices"): (
        1,
        "a sum over all places does not care which index is which",
    ),
    ("eq-cross-entropy-jacobian-index", "index below"): (2, EQUAL),
    ("eq-cross-entropy-delta-softmax", "letter"): (2, LESS_Y),
    ("eq-depth-weights", "index above"): (2, "it is 0 in every layer"),
    ("eq-depth-weights", "swapped indices"): (1, ALIKE),
    ("eq-depth-bound", "transpose"): (3, "a transpose is as long"),
    ("eq-depth-bound", "index above"): (1, SLACK),
    ("eq-depth-bound", "factor lost"): (2, SLACK),
    ("eq-depth-bound", "denominator lost"): (1, SLACK),
    ("eq-depth-bound", "upside down"): (1, SLACK),
    ("eq-depth-bound", "number"): (1, SLACK),
    ("eq-depth-bound", "term lost"): (1, SLACK),
    ("eq-depth-bound", "sign"): (1, SLACK),
    ("eq-depth-bound", "letter"): (2, SLACK),
    ("eq-many-machines-share", "transpose"): (
        1,
        "a set in a row is the same set",
    ),
    ("eq-many-machines-mean", "transpose"): (
        1,
        "a set in a row is the same set",
    ),
    ("eq-memory-binomial", "letter"): (
        1,
        "as many ways to choose r of s + r as to choose s",
    ),
    ("eq-normalisation-local", "index below"): (2, EQUAL),
    ("eq-optimisers-bias", "index below"): (3, ALIKE),
    ("eq-optimisers-bias", "number"): (1, ALIKE),
    ("eq-recurrence-pairs", "letter"): (
        1,
        "what time t costs does not depend on later times",
    ),
}
