"""Guard 4: `sgd` against loops by hand, interruptions, refusals."""

import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import call_faults
from bp import (
    Activation,
    Diverged,
    Gradient,
    History,
    Interrupted,
    Network,
    accuracy,
    backprop,
    flattened,
    forward,
    load_run,
    minibatches,
    quadratic_cost,
    random_network,
    save_run,
    sgd,
    sigmoid,
    step_down,
    training,
)
from bp.experiments import training as experiments
from conftest import ROOT, no_gradients

pytestmark = pytest.mark.guard("4 functions")


def case(sizes: tuple[int, ...] = (3, 4, 2), n: int = 23, seed: int = 0):
    """A network, samples, and a random generator that comes after them."""
    rng = np.random.default_rng(seed)
    network = random_network(sizes, rng)
    x, y = rng.normal(size=(sizes[0], n)), rng.uniform(size=(sizes[-1], n))
    return network, x, y, rng


def train(network, x, y, rng, epochs=3, **more):
    chosen = {"learning_rate": 0.7, "batch_size": 5} | more
    return sgd(network, x, y, epochs=epochs, rng=rng, **chosen)


def arrays(network: Network) -> list[np.ndarray]:
    return [*network.w.values(), *network.b.values()]


def same(one: Network, other: Network) -> bool:
    pairs = zip(arrays(one), arrays(other), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def by_hand(network, x, y, rng, rate, size, epochs):
    """The loop, written out; costs before, and after each epoch."""

    def cost(net):
        return quadratic_cost(forward(net, x).a[net.depth], y)

    costs = [cost(network)]
    for _ in range(epochs):
        for index in minibatches(x.shape[1], size, rng):
            g = backprop(network, x[:, index], y[:, index])
            network = Network(
                {l: w - rate * g.w[l] for l, w in network.w.items()},
                {l: b - rate * g.b[l] for l, b in network.b.items()},
            )
        costs.append(cost(network))
    return network, costs


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=4),
    st.integers(1, 30),
    st.data(),
    st.integers(0, 99),
    st.sampled_from([None, backprop]),
)
def test_it_is_the_plain_loop(sizes, n, data, seed, rule) -> None:
    size = data.draw(st.integers(1, n))
    network, x, y, _ = case(tuple(sizes), n, seed)
    one, other = (np.random.default_rng(seed) for _ in "ab")
    found, history = train(network, x, y, one, batch_size=size, gradient=rule)
    wanted, costs = by_hand(network, x, y, other, 0.7, size, 3)
    for got, right in zip(arrays(found), arrays(wanted), strict=True):
        assert np.abs(got - right).max() < 1e-12
    assert np.abs(np.array(history.cost) - costs).max() < 1e-12
    assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_what_it_returns(dtype: str) -> None:
    network, x, y, rng = case()
    network = Network(
        {l: w.astype(dtype) for l, w in network.w.items()},
        {l: b.astype(dtype) for l, b in network.b.items()},
    )
    before = [a.copy() for a in arrays(network)]
    x, y = x.astype(dtype), y.astype(dtype)
    kept = x.copy(), y.copy()
    found, history = train(network, x, y, rng, test=(x[:, :9], y[:, :9]))
    assert all(map(np.array_equal, arrays(network), before))
    assert np.array_equal(x, kept[0]) and np.array_equal(y, kept[1])
    assert all(a.dtype == np.dtype(dtype) for a in arrays(found))
    assert not any(
        np.shares_memory(a, b)
        for a, b in zip(arrays(found), arrays(network), strict=True)
    )
    for values in vars(history).values():
        assert len(values) == 4
        assert all(type(value) is float for value in values)
    assert history.test_accuracy[-1] == accuracy(found, x[:, :9], y[:, :9])
    on_test = quadratic_cost(forward(found, x[:, :9]).a[2], y[:, :9])
    assert abs(history.test_cost[-1] - on_test) < 1e-6


def test_no_epochs() -> None:
    network, x, y, rng = case()
    found, history = train(network, x, y, rng, epochs=0)
    assert same(found, network) and found is not network
    assert len(history.cost) == len(history.accuracy) == 1
    assert history.test_cost == history.test_accuracy == []


def test_accuracy() -> None:
    one = Network({1: np.eye(3)}, {1: np.zeros((3, 1))})
    x = np.array([[2.0, 0, 0, 1], [0, 2, 0, 0], [1, 0, 2, 3]])
    y = np.eye(3)[:, [0, 1, 1, 2]]
    assert accuracy(one, x, y) == 0.75
    single = Network({1: np.ones((1, 1))}, {1: np.zeros((1, 1))})
    assert accuracy(single, [[-1.0, 1, 2, 3]], [[0, 1, 0.4, 0.6]]) == 0.75
    assert accuracy(single, [[0.0]], [[0.0]]) == 1.0  # ½ is not above ½
    assert accuracy(single, [[-1.0]], [[0.5]]) == 1.0


def test_measured_in_blocks() -> None:
    network, x, y, _ = case(n=2345)
    cost, share = training._measure(network, x, y)
    a = forward(network, x).a[2]
    assert abs(cost - quadratic_cost(a, y)) < 1e-14
    right = a.argmax(axis=0) == y.argmax(axis=0)
    assert abs(share - right.mean()) < 1e-15


def test_callback_sees_each_epoch_and_can_stop() -> None:
    network, x, y, rng = case()
    seen: list[tuple[int, Network, int]] = []

    def look(epoch: int, network: Network, history: History) -> object:
        seen.append((epoch, network, len(history.cost)))
        return epoch == 2

    found, history = train(network, x, y, rng, epochs=9, callback=look)
    assert [(e, n) for e, _, n in seen] == [(1, 2), (2, 3)]
    assert len(history.cost) == 3
    assert same(found, seen[-1][1]) and not same(*(s[1] for s in seen))
    a, b = (
        train(*case(), epochs=2, callback=lambda *_, a=answer: a)
        for answer in (1, "yes")  # only True stops
    )
    assert len(a[1].cost) == len(b[1].cost) == 3
    _, history = train(*case(), callback=lambda *_: np.True_)
    assert len(history.cost) == 2


def test_five_and_five_are_ten(tmp_path: Path) -> None:
    network, x, y, rng = case()
    test = x[:, :7], y[:, :7]
    whole = train(network, x, y, rng, epochs=10, test=test)
    network, x, y, rng = case()
    half, history = train(network, x, y, rng, epochs=5, test=test)
    first = list(history.cost)
    save_run(tmp_path / "run", half, history, rng)
    loaded, found, rng = load_run(tmp_path / "run")
    assert same(loaded, half) and vars(found) == vars(history)
    again, found = train(loaded, x, y, rng, epochs=5, test=test, history=found)
    assert same(again, whole[0]) and vars(found) == vars(whole[1])
    assert history.cost == first, "the history given stays as it is"


KILLED = """
import sys
sys.path.insert(0, {tests!r})
import os, signal
from bp import backprop, save_run
from test_training import case, train
network, x, y, rng = case()
steps = 0
def rule(*given):
    global steps
    steps += 1
    if steps == 22:  # in the middle of epoch 5
        os.kill(os.getpid(), signal.SIGKILL)
    return backprop(*given)
train(
    network, x, y, rng, epochs=10, gradient=rule,
    callback=lambda _, net, history: save_run({path!r}, net, history, rng),
)
"""


@pytest.mark.posix
def test_a_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    network, x, y, rng = case()
    whole = train(network, x, y, rng, epochs=10, gradient=backprop)
    path = str(tmp_path / "run.npz")
    code = KILLED.format(tests=str(ROOT / "tests"), path=path)
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    ended = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": paths}
    )
    assert ended.returncode == -signal.SIGKILL
    network, history, rng = load_run(path)
    assert len(history.cost) == 5
    again, history = train(
        network, x, y, rng, epochs=6, gradient=backprop, history=history
    )
    assert same(again, whole[0]) and history.cost == whole[1].cost


@pytest.mark.parametrize("call", [1, 5, 6, 13])
def test_a_run_stopped_by_hand_goes_on(call: int) -> None:
    """In the middle of an epoch; nothing that was finished is lost."""
    network, x, y, rng = case()
    whole = train(network, x, y, rng, epochs=4, gradient=backprop)
    network, x, y, rng = case()
    calls = 0

    def rule(*given: object) -> Gradient:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return backprop(*given)

    with pytest.raises(Interrupted) as stop:
        train(network, x, y, rng, epochs=4, gradient=rule)
    done = len(stop.value.history.cost) - 1
    assert done == (call - 1) // 5
    assert str(stop.value) == f"after epoch {done}"
    assert isinstance(stop.value, KeyboardInterrupt)
    again, history = train(
        stop.value.network,
        x,
        y,
        rng,
        epochs=4 - done,
        gradient=backprop,
        history=stop.value.history,
    )
    assert same(again, whole[0]) and history.cost == whole[1].cost


def test_stopped_in_the_callback_the_epoch_counts() -> None:
    network, x, y, rng = case()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        train(network, x, y, rng, callback=stop)
    assert len(stopped.value.history.cost) == 2


def test_an_interrupted_save_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x, y, rng = case()
    found, history = train(network, x, y, rng)
    path = tmp_path / "run.npz"
    save_run(path, network, History(), rng)
    before = path.read_bytes()

    def half(file: object, **arrays: object) -> None:
        file.write(b"half of it")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(KeyboardInterrupt):
        save_run(path, found, history, rng)
    assert path.read_bytes() == before
    monkeypatch.undo()
    save_run(path, found, history, rng)
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]
    assert same(load_run(path)[0], found)


KINDS = ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_random_generator_goes_on(kind: str, tmp_path: Path) -> None:
    network, *_ = case()
    rng = np.random.Generator(getattr(np.random, kind)(3))
    rng.integers(0, 9, size=3, dtype=np.int32)  # leaves half a number over
    save_run(tmp_path / "run", network, History(), rng)
    _, _, loaded = load_run(tmp_path / "run")
    for draw in (
        lambda g: g.integers(0, 9, size=5, dtype=np.int32),
        lambda g: g.permutation(20),
        lambda g: g.normal(size=4),
    ):
        assert np.array_equal(draw(rng), draw(loaded))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_types_survive_saving(dtype: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    network = random_network((2, 3, 4, 1), rng, dtype)
    save_run(tmp_path / "run", network, History([1.0], [0.5]), rng)
    loaded, history, _ = load_run(str(tmp_path / "run"))
    assert same(loaded, network) and loaded.sizes == (2, 3, 4, 1)
    assert all(a.dtype == np.dtype(dtype) for a in arrays(loaded))
    assert vars(history) == vars(History([1.0], [0.5]))


def spoil(path: Path, change: Callable[[dict], None]) -> None:
    with np.load(path) as file:
        stored = {name: file[name] for name in file.files}
    change(stored)
    with path.open("wb") as file:
        np.savez(file, **stored)


def spoiled_state(**changed: object) -> Callable[[dict], None]:
    def change(stored: dict) -> None:
        state = json.loads(stored["rng"].item()) | changed
        stored["rng"] = np.array(json.dumps(state))

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored.pop("rng"),
        lambda stored: stored.pop("cost"),
        lambda stored: stored.pop("w2"),
        lambda stored: stored.update(rng=np.array("no JSON")),
        lambda stored: stored.update(rng=np.array({}, dtype=object)),
        lambda stored: stored.update(w1=np.full((4, 3), np.nan)),
        spoiled_state(bit_generator="Generator"),
        spoiled_state(bit_generator="nothing"),
        spoiled_state(state={}),
    ],
)
def test_damaged_runs_are_refused(
    change: Callable[[dict], None], tmp_path: Path
) -> None:
    network, *_, rng = case()
    path = tmp_path / "run.npz"
    save_run(path, network, History(), rng)
    spoil(path, change)
    with pytest.raises(ValueError, match="run.npz is damaged, or no saved"):
        load_run(path)


class Trap:
    """Shuts when it is unpickled."""

    def __reduce__(self) -> tuple:
        return Trap.shut, ()

    shut_times = 0

    @staticmethod
    def shut() -> str:
        Trap.shut_times += 1
        return "{}"


def test_nothing_is_unpickled() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.npz"
        network, *_, rng = case()
        save_run(path, network, History(), rng)
        trap = np.array([Trap()], dtype=object)
        spoil(path, lambda stored: stored.update(rng=trap))
        with pytest.raises(ValueError, match="is damaged, or no saved run"):
            load_run(path)
    assert Trap.shut_times == 0


def test_the_bound_is_the_root_of_the_largest_number() -> None:
    root = np.sqrt(np.finfo("f8").max)
    for value, name in [
        (root, "w[1]"),
        (-root, "w[1]"),
        (np.nextafter(root, 0), None),
    ]:
        network = Network({1: np.array([[1.0, value]])}, {1: np.ones((1, 1))})
        found = training._lost(network, np.array([np.inf]))
        assert found is name or found.startswith(name)
        assert training._lost(network, np.array([1.0])) is None


@pytest.mark.parametrize("length", [0, 10, 300, -1, -40])
def test_truncated_runs_are_refused(length: int, tmp_path: Path) -> None:
    network, *_, rng = case()
    path = tmp_path / "run.npz"
    save_run(path, network, History(), rng)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match="run.npz is damaged, or no saved"):
        load_run(path)


def test_a_missing_run_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_run(tmp_path / "nowhere.npz")


def growing(network: Network, x: object, y: object) -> Gradient:
    """Every parameter is multiplied by 1 − η, and nothing else."""
    return Gradient(dict(network.w), dict(network.b), np.float64(0))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_divergence_is_told_with_its_place(dtype: str) -> None:
    """A factor −9 each step: past the root of the largest number."""
    network, x, y, rng = case()
    one = Network(
        {l: np.full(w.shape, 1, dtype) for l, w in network.w.items()},
        {l: np.full(b.shape, 0.5, dtype) for l, b in network.b.items()},
    )
    root = np.sqrt(float(np.finfo(dtype).max))
    steps = int(np.ceil(np.log(root) / np.log(9)))
    with pytest.raises(Diverged) as stop:
        train(
            *(one, x, y, rng), epochs=99, learning_rate=10.0, gradient=growing
        )
    epoch, step = divmod(steps - 1, 5)
    words = f"epoch {epoch + 1}, step {step + 1}: w[1] has an entry of size"
    assert str(stop.value).startswith(words)
    assert "make learning_rate smaller than 10.0" in str(stop.value)
    assert len(stop.value.history.cost) == epoch + 1
    assert np.allclose(stop.value.network.w[1], 9.0 ** (5 * epoch))
    assert isinstance(stop.value, FloatingPointError)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
@pytest.mark.parametrize("kind", ["w", "b"])
def test_a_bad_gradient_is_found(bad: float, kind: str) -> None:
    network, x, y, rng = case()
    calls = 0

    def rule(*given: object) -> Gradient:
        nonlocal calls
        calls += 1
        g = backprop(*given)
        if calls == 8:  # the third of epoch 2
            getattr(g, kind)[2][0] = bad
        return g

    words = rf"epoch 2, step 3: {kind}\[2\] has an"
    with pytest.raises(Diverged, match=words):
        train(network, x, y, rng, gradient=rule)


def test_an_error_of_the_rule_is_its_own() -> None:
    def rule(*_: object) -> Gradient:
        raise ValueError("of the rule")

    with pytest.raises(ValueError, match="of the rule"):
        train(*case(), gradient=rule)


def test_a_large_rate_kills_a_sigmoid_network_without_diverging() -> None:
    """No overflow, no warning; the cost stays bounded."""
    network, x, y, rng = case()
    found, history = train(network, x, y, rng, learning_rate=1e100)
    assert 0 < history.cost[-1] <= 1
    assert all(np.isfinite(a).all() for a in arrays(found))


ONES = np.ones((3, 6)), np.ones((2, 6))


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"network": None}, TypeError, "write random_network"),
        ({"x": np.ones(3)}, ValueError, r"x.reshape\(-1, 1\)"),
        ({"x": np.ones((6, 3))}, ValueError, "expected 3 rows: write x.T"),
        ({"y": np.ones((6, 2))}, ValueError, "expected 2 rows: write y.T"),
        ({"y": np.ones((2, 5))}, ValueError, "x has 6 columns and y has 5"),
        ({"x": np.full((3, 6), np.nan)}, ValueError, "expected finite"),
        ({"learning_rate": 0}, ValueError, "is 0, expected a positive"),
        ({"learning_rate": -1.0}, ValueError, "write learning_rate=3.0"),
        ({"learning_rate": np.nan}, ValueError, "is nan, expected"),
        ({"learning_rate": np.inf}, ValueError, "is inf, expected"),
        ({"learning_rate": "3"}, TypeError, "write learning_rate=3.0"),
        ({"learning_rate": True}, TypeError, "write learning_rate=3.0"),
        ({"batch_size": 0}, ValueError, "is 0, expected 1 to 6"),
        ({"batch_size": 7}, ValueError, "is 7, expected 1 to 6"),
        ({"batch_size": 2.0}, TypeError, r"is 2.0, .*write int\(batch_size\)"),
        ({"batch_size": True}, TypeError, "whole number"),
        ({"epochs": -1}, ValueError, "is -1, expected 0 or more"),
        ({"epochs": 1.5}, TypeError, "write epochs=10"),
        ({"rng": 0}, TypeError, r"write np.random.default_rng\(0\)"),
        ({"rng": np.random}, TypeError, "is a module"),
        ({"test": (np.ones((2, 4)), ONES[1])}, ValueError, "3 rows"),
        ({"test": (np.ones((2, 3)), ONES[1])}, ValueError, r"test\[0\].T"),
        ({"test": (ONES[0], np.ones((2, 4)))}, ValueError, r"test\[1\] has 4"),
        ({"test": (ONES[0],)}, TypeError, r"write test=\(x, y\)"),
        ({"test": ONES[0]}, TypeError, "is no pair"),
        ({"test": ONES, "history": History([1.0])}, ValueError, "no test"),
    ],
)
def test_refusals(changed: dict, kind: type, message: str) -> None:
    given = {
        "network": random_network((3, 4, 2), np.random.default_rng(0)),
        "x": ONES[0],
        "y": ONES[1],
        "learning_rate": 1.0,
        "batch_size": 2,
        "epochs": 1,
        "rng": np.random.default_rng(0),
    }
    with pytest.raises(kind, match=message):
        sgd(**(given | changed))


def test_numpy_s_whole_numbers_are_whole() -> None:
    _, history = train(*case(), epochs=np.int64(2), batch_size=np.int32(4))
    assert len(history.cost) == 3


def test_complex_networks_are_refused() -> None:
    network, x, y, rng = case()
    w = {l: w.astype(complex) for l, w in network.w.items()}
    with pytest.raises(TypeError, match="network holds complex128"):
        train(Network(w, network.b), x, y, rng)


def test_a_gradient_of_another_shape_is_refused() -> None:
    """Which numpy would spread over the whole array."""
    network, x, y, rng = case()

    def rule(*given: object) -> Gradient:
        g = backprop(*given)
        return Gradient(g.w, {l: b[:1] for l, b in g.b.items()}, g.cost)

    with pytest.raises(ValueError, match=r"shape \(1, 1\) in layer 1"):
        train(network, x, y, rng, gradient=rule)


def bar_of(capsys: pytest.CaptureFixture[str], **more: object) -> str:
    train(*case(), **more)
    return capsys.readouterr().err


def test_the_bar_is_quiet_unless_somebody_looks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tqdm", reason="tqdm, the bar, is not installed")
    assert bar_of(capsys) == ""
    assert bar_of(capsys, progress=False) == ""
    assert "3/3" in bar_of(capsys, progress=True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert training._watched()
    assert bar_of(capsys) == "", "it waits two seconds"
    assert bar_of(capsys, progress=False) == ""


def test_a_kernel_that_may_not_ask_is_not_watched() -> None:
    import IPython

    def watched(kernel: object, stderr: object = io.StringIO()) -> bool:
        shell = SimpleNamespace(kernel=kernel)
        with (
            patch.object(IPython, "get_ipython", lambda: shell),
            patch.object(sys, "stderr", stderr),
        ):
            return training._watched()

    def kernel(**content: object) -> object:
        return SimpleNamespace(get_parent=lambda: {"content": content})

    assert watched(kernel(allow_stdin=True))
    assert not watched(kernel(allow_stdin=False))
    assert not watched(kernel())
    assert not watched(None)  # plain IPython
    assert not watched(None, stderr=None)
    assert watched(None, stderr=SimpleNamespace(isatty=lambda: True))


def test_when_the_bar_comes() -> None:
    """At once if it is asked for, else after two seconds."""
    tqdm = pytest.importorskip("tqdm", reason="tqdm is not installed").tqdm
    with patch.object(tqdm, "__init__", return_value=None) as made:
        for watched, progress, delay in [
            (True, None, 2),
            (True, True, 0),
            (False, True, 0),
            (True, False, None),
            (False, None, None),
        ]:
            made.reset_mock()
            with patch.object(training, "_watched", lambda w=watched: w):
                counted = training._counted(3, progress)
            if delay is None:
                assert counted == range(3) and not made.called
            else:
                assert made.call_args.args == (range(3),)
                assert made.call_args.kwargs["delay"] == delay


def test_an_unattended_notebook_is_silent() -> None:
    """A real kernel: asked for, the bar is there, and else it is not."""
    import asyncio

    import nbformat
    from nbclient import NotebookClient

    pytest.importorskip("tqdm", reason="tqdm, the bar, is not installed")
    code = (
        "from bp.training import _watched, _counted\n"
        "print(_watched(), type(_counted(3, None)).__name__)\n"
        "print(type(_counted(3, True)).__name__)"
    )
    cells = [nbformat.v4.new_code_cell(code)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    run = NotebookClient(notebook, resources={"metadata": {"path": ROOT}})
    asyncio.run(run.async_execute())
    said = "".join(
        o.text for o in notebook.cells[0].outputs if o.get("name") == "stdout"
    )
    assert said.split() == ["False", "range", "tqdm"]


def test_without_tqdm() -> None:
    with (
        patch.dict(sys.modules, {"tqdm": None}),
        patch.object(training, "_watched", lambda: True),
    ):
        assert training._counted(3, None) == range(3)
        with pytest.raises(ImportError, match="pip install tqdm"):
            training._counted(3, True)


def test_what_is_saved_comes_back() -> None:
    rng = np.random.default_rng(4)
    network = random_network((3, 4, 2), rng)
    with TemporaryDirectory() as folder:
        save_run(Path(folder) / "run", network, History([2.0], [0.5]), rng)
        found, history, again = load_run(Path(folder) / "run")
    for l in (1, 2):
        assert np.array_equal(found.w[l], network.w[l])
        assert np.array_equal(found.b[l], network.b[l])
    assert (history.cost, history.accuracy) == ([2.0], [0.5])
    assert again.random() == rng.random()


# --- nothing is lost


def states(run: tuple) -> list:
    """All that was saved, to compare."""
    network, history, rng = run
    kept = [array.tolist() for array in arrays(network)]
    return [kept, vars(history), rng.bit_generator.state]


def tiny(seed: int) -> tuple[Network, History, np.random.Generator]:
    rng = np.random.default_rng(seed)
    network = random_network((1, 2), rng)
    return network, History([seed + 0.5], [0.5]), rng


@pytest.mark.filterwarnings(  # what fails to close is closed in the end
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
def test_saving_that_fails_at_any_call_loses_nothing(tmp_path: Path) -> None:
    path, old, new = tmp_path / "run.npz", tiny(1), tiny(2)
    save_run(path, *old)
    with call_faults.at_call(0, call_faults.broken) as calls:
        save_run(path, *new)
    assert len(calls) > 10 and {"replace", "fsync"} <= {*calls}
    for n in range(1, len(calls) + 1):
        save_run(path, *old)
        try:
            with call_faults.at_call(n, call_faults.broken):
                save_run(path, *new)
        except OSError as error:
            assert str(error).startswith(f"{path} cannot be written (No spa")
        assert states(load_run(path)) in [states(old), states(new)]
        assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.posix
def test_a_process_killed_at_any_call_loses_nothing(tmp_path: Path) -> None:
    path, old, new = tmp_path / "run.npz", tiny(1), tiny(2)
    save_run(path, *old)
    n, known = 1, []
    while call_faults.dies_at_call(n, lambda: save_run(path, *new)):
        n += 1
        known.append(states(load_run(path)))
        assert known[-1] in [states(old), states(new)]
    assert n > 10 and known[0] == states(old)
    save_run(path, *new)
    assert states(load_run(path)) == states(new)


def test_every_flipped_byte_and_every_cut_is_found(tmp_path: Path) -> None:
    """ValueError, or the right data: the file holds some unused bytes."""
    path, run = tmp_path / "run.npz", tiny(3)
    save_run(path, *run)
    whole, wanted = path.read_bytes(), states(run)
    spoiled = [whole[:n] for n in range(len(whole))]
    for place in range(len(whole)):
        bits = (1, 255, 32, 128, 2, 4, 8, 16, 64)[place % 9]
        changed = bytes([whole[place] ^ bits])
        spoiled.append(whole[:place] + changed + whole[place + 1 :])
    refused = 0
    for content in spoiled:
        path.write_bytes(content)
        try:
            found = load_run(path)
        except ValueError as error:
            assert "is damaged, or no saved run" in str(error)
            refused += 1
        else:
            assert states(found) == wanted
    assert refused > 0.8 * len(spoiled)


def saving(path: Path, seed: int) -> subprocess.Popen[str]:
    """Another process that saves what `tiny` makes, again and again."""
    code = (
        "import numpy as np, bp\n"
        f"for seed in range({seed}, {seed + 40}):\n"
        "    rng = np.random.default_rng(seed)\n"
        "    network = bp.random_network((1, 2), rng)\n"
        "    history = bp.History([seed + 0.5], [0.5])\n"
        f"    bp.save_run({str(path)!r}, network, history, rng)\n"
    )
    return subprocess.Popen([sys.executable, "-c", code])


def test_several_writers_and_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    save_run(path, *tiny(0))
    writers = [saving(path, seed) for seed in (0, 40, 80)]
    read = 0
    while any(writer.poll() is None for writer in writers):
        run = load_run(path)
        assert states(run) == states(tiny(int(run[1].cost[0])))
        read += 1
    assert read > 10 and [writer.returncode for writer in writers] == [0] * 3
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path) -> None:
    """And what was there before stays."""
    path = tmp_path / "run.npz"
    network, history, rng = tiny(4)
    save_run(path, network, history, rng)
    before = path.read_bytes()
    lost = Network({1: network.w[1].copy()}, network.b)
    lost.w[1][0] = np.nan
    strange = SimpleNamespace(
        bit_generator=SimpleNamespace(state={"bit_generator": "Mine"})
    )
    for bad, message in [
        ((lost, history, rng), r"w\[1\]\[0, 0\] is nan"),
        (("net", history, rng), "network is a str, expected a Network"),
        ((network, [1.0], rng), "history is a list, expected a History"),
        ((network, History(["a"]), rng), "history.cost holds <U1"),
        ((network, History([None]), rng), "history.cost holds object"),
        ((network, history, 0), "rng is a int, expected a random"),
    ]:
        with pytest.raises((TypeError, ValueError), match=message):
            save_run(path, *bad)
        assert path.read_bytes() == before
    with patch.object(training, "check_rng"):
        with pytest.raises(TypeError, match="rng runs on Mine"):
            save_run(path, network, history, strange)


@pytest.mark.parametrize("path", [5, None, b"run", ["run"], object()])
def test_what_is_no_path_is_told(path: object) -> None:
    for call in (lambda: save_run(path, *tiny(0)), lambda: load_run(path)):
        with pytest.raises(TypeError, match="path is a .*, expected the name"):
            call()


def test_places_that_cannot_be_written() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_bytes(b"mine")
        (folder / "folder").mkdir()
        for name, why in [
            ("folder", "is no file"),
            (".", "is no file"),
            ("/dev/null", "is no file"),
            ("none/run", "No such file or directory"),
            ("file/run", "Not a directory"),
            ("x" * 300, "File name too long"),
            ("a\0b", "embedded null byte"),
        ]:
            words = rf"cannot be written \(.*{why}\), .* somewhere else"
            with pytest.raises(OSError, match=words):
                save_run(folder / name, *tiny(0))
            words = "cannot be read|does not exist|is damaged"
            with pytest.raises((OSError, ValueError), match=words):
                load_run(folder / name)
        with pytest.raises(OSError, match=r"read \(Is a directory\): give"):
            load_run(folder / "folder")
        assert (folder / "file").read_bytes() == b"mine"
        assert len([*folder.iterdir()]) == 2


@pytest.mark.posix
def test_a_link_to_a_run_stays_a_link() -> None:
    with TemporaryDirectory() as name:
        place, link = Path(name) / "disk.npz", Path(name) / "run.npz"
        link.symlink_to(place)
        for seed in (1, 2):
            save_run(link, *tiny(seed))
            assert link.is_symlink()
            assert states(load_run(place)) == states(tiny(seed))


# --- messages


def test_labels_for_wanted_outputs_name_one_hot() -> None:
    network, x, _, rng = case()
    n = network.sizes[-1]
    for labels in ([0, 1] * 20, np.zeros((1, x.shape[1]), int)):
        y = np.ravel(labels)[: x.shape[1]]
        with pytest.raises(ValueError, match=rf"write one_hot\(y, {n}\)"):
            train(network, x, y, rng)


def test_pixels_that_are_not_scaled_are_told() -> None:
    network, x, y, rng = case()
    settings = {"learning_rate": 1.0, "batch_size": 5, "epochs": 0, "rng": rng}
    for largest, kind in [(101, np.uint8), (255, np.uint8), (255, float)]:
        pixels = np.zeros(x.shape, kind)
        pixels[0, 1::2] = largest
        with pytest.warns(UserWarning, match="write x / 255") as told:
            sgd(network, pixels, y, **settings)
            accuracy(network, pixels, y)
        assert [w.filename for w in told] == [__file__] * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fine in (pixels / 255, pixels - 1, pixels + 0.5, pixels * 9):
            accuracy(network, fine, y)
        for largest in (1, 16, 100, 256):
            accuracy(network, pixels / 255 * largest, y)


def test_what_a_rule_returns_is_looked_at() -> None:
    network, x, y, rng = case()
    for returned, message in no_gradients(backprop(network, x, y)):
        message = "^gradient.*" + message
        with pytest.raises((TypeError, ValueError), match=message):
            train(network, x, y, rng, gradient=lambda *_, r=returned: r)


def test_a_network_of_another_load_of_the_module() -> None:
    network, x, y, rng = case()
    spec = importlib.util.find_spec("bp.network")
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    other = again.Network(network.w, network.b)
    assert not isinstance(other, Network)
    found, _ = train(other, x, y, np.random.default_rng(0))
    wanted, _ = train(network, x, y, np.random.default_rng(0))
    assert same(found, wanted)


# --- another end, and other neurons

TANH = Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2)


def cross_entropy(z: np.ndarray, y: np.ndarray) -> tuple:
    cost = (np.logaddexp(0, z) - y * z).sum() / z.shape[1]
    return cost, sigmoid(z) - y


def cost_of(network: Network, x: np.ndarray, y: np.ndarray, end) -> float:
    run, L = forward(network, x), network.depth
    return end(run.z[L], y)[0] if end else quadratic_cost(run.a[L], y)


@pytest.mark.parametrize("f", [{}, {1: TANH}, {2: TANH}, {1: TANH, 2: TANH}])
@pytest.mark.parametrize("end", [None, cross_entropy])
def test_ends_and_functions_are_the_plain_loop(f: dict, end) -> None:
    """The last batch is short; the history measures by the same end."""
    network, x, y, _ = case(n=23)
    network = Network(network.w, network.b, f)
    one, other = (np.random.default_rng(3) for _ in "ab")
    test = x[:, :7], 1 - y[:, :7]
    found, history = train(network, x, y, one, end=end, test=test)
    plain = network
    costs, judged = ([cost_of(plain, *pair, end)] for pair in [(x, y), test])
    for _ in range(3):
        for index in minibatches(23, 5, other):
            slope = backprop(plain, x[:, index], y[:, index], end=end)
            plain = step_down(plain, slope, 0.7)
        costs.append(cost_of(plain, x, y, end))
        judged.append(cost_of(plain, *test, end))
    assert found.f == network.f == plain.f
    for got, wanted in zip(arrays(found), arrays(plain), strict=True):
        assert np.abs(got - wanted).max() < 1e-12
    assert np.abs(np.array(history.cost) - costs).max() < 1e-12
    assert np.abs(np.array(history.test_cost) - judged).max() < 1e-12
    assert one.bit_generator.state == other.bit_generator.state


def test_an_end_is_measured_in_blocks() -> None:
    network, x, y, _ = case(n=2345)
    cost, share = training._measure(network, x, y, cross_entropy)
    assert abs(cost - cost_of(network, x, y, cross_entropy)) < 1e-12
    assert share == training._measure(network, x, y)[1]


def test_a_rule_of_ones_own_leaves_the_end_to_the_history() -> None:
    network, x, y, rng = case()
    _, plain = train(network, x, y, rng, gradient=backprop)
    network, x, y, rng = case()
    found, history = train(
        network, x, y, rng, gradient=backprop, end=cross_entropy
    )
    assert history.accuracy == plain.accuracy
    last = cost_of(found, x, y, cross_entropy)
    assert abs(history.cost[-1] - last) < 1e-12


def test_an_end_that_is_no_function_is_told() -> None:
    with pytest.raises(TypeError, match="end is"):
        train(*case(), end="cross-entropy")


def test_a_stopped_run_keeps_its_functions() -> None:
    network, x, y, rng = case()
    network = Network(network.w, network.b, {1: TANH})

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped:
        train(network, x, y, rng, callback=stop)
    assert stopped.value.network.f == network.f


def test_other_functions_are_not_saved(tmp_path: Path) -> None:
    network, history, rng = tiny(1)
    bent = Network(network.w, network.b, {1: TANH})
    with pytest.raises(ValueError, match="functions than σ, which no file"):
        save_run(tmp_path / "run.npz", bent, history, rng)
    assert not [*tmp_path.iterdir()]
    save_run(tmp_path / "run.npz", Network(bent.w, bent.b), history, rng)


# --- the experiment


def test_what_is_kept_and_what_is_lost() -> None:
    costs, whole = experiments.stopped("nothing", 0, 3)
    assert costs.shape == (9,) and whole.shape == (9, 2260)
    for lost in experiments.LOST:
        _, found = experiments.stopped(lost, 2, 3)
        apart = np.abs(found - whole).max(axis=1)
        assert not apart[:2].any()
        assert (apart[3:] == 0).all() == (lost == "nothing")
    assert 0 < apart[3] and not apart[2], "an order: after the next epoch"
    _, rounded = experiments.stopped("digits", 2, 3)
    assert 0 < np.abs(rounded - whole).max() < 1e-6
    text = experiments.draw_stopped("nothing", 2, 3).text
    assert "At the end 0 of 2260 weights" in text and "by 0 at most" in text


def test_the_stopped_run_is_one_of_sgd() -> None:
    from bp import load_digits

    rng, (digits, _) = np.random.default_rng(0), load_digits()
    network = random_network((64, 30, 10), rng)
    found, history = sgd(
        network, digits.x, digits.y, learning_rate=3.0, batch_size=10,
        epochs=8, rng=rng,
    )  # fmt: skip
    costs, parameters = experiments.stopped("nothing", 0, 3)
    assert np.abs(flattened(found)[0] - parameters[-1]).max() < 1e-12
    assert np.abs(costs - history.cost).max() < 1e-12
