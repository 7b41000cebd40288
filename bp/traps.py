"""What holds descent up

Written by the chapter chapters/19_traps.md: edit it there, not here.
"""

from bp.network import Network, check_network
from bp.reading import as_whole

__all__ = ["split_neuron"]


def split_neuron(network: Network, l: int, j: int) -> Network:
    """The same function with hidden neuron j (from 0) of layer l split.

    The copies share its weights out equally; the new one comes last in its
    layer.  Raises ValueError when there is no such hidden neuron.
    """
    check_network(network)
    if network.depth < 2:
        raise ValueError(f"{network} has no hidden neuron to split")
    l = as_whole(l, "l", 1, network.depth - 1)
    n = network.sizes[l]
    j = as_whole(j, "j", 0, n - 1)
    order = [*range(n), j]
    w, b = dict(network.w), dict(network.b)
    w[l], b[l] = w[l][order], b[l][order]
    out = w[l + 1][:, order]
    out[:, [j, n]] = out[:, [j, n]] / 2
    w[l + 1] = out
    return Network(w, b, network.f)
