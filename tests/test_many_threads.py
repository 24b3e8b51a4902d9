"""Threads that share a layer do not wait for the interpreter's lock: the plan says how often it changes hands."""

import sys
from typing import Any

import numpy as np
import pytest

from convbook import conv, explain_plan
from convbook.algorithms import base, plan_layers, threads
from convbook.algorithms.planner import Plan

#: Layers whose blocks many threads share: input, weight, options.
LAYERS: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, int]]] = {
    "dense, deep": ((32, 128, 28, 28), (128, 128, 3, 3), {"padding": 1}),
    "dense, large": ((4, 64, 112, 112), (64, 64, 3, 3), {"padding": 1}),
    "dense, very deep": ((8, 512, 14, 14), (512, 512, 3, 3), {"padding": 1}),
    "depthwise": ((16, 96, 56, 56), (96, 1, 3, 3), {"padding": 1, "groups": 96}),
    "depthwise, small": ((16, 384, 14, 14), (384, 1, 3, 3), {"padding": 1, "groups": 384}),
    "depthwise, apart": ((16, 144, 56, 56), (144, 1, 3, 3), {"padding": 1, "groups": 144, "stride": 2}),
    "few filters": ((16, 32, 40, 33), (8, 32, 5, 5), {"padding": 2}),
}


@pytest.fixture
def _fresh_plans() -> Any:
    if not hasattr(threads, "__file__"):
        pytest.skip("the library as one file has no modules, whose names these tests change")
    plan_layers.plan.cache_clear()
    yield
    plan_layers.plan.cache_clear()


def planned(layer: str, number: int, monkeypatch: pytest.MonkeyPatch, method: str = "auto") -> Plan:
    shape, kernel, options = LAYERS[layer]
    monkeypatch.setattr(threads, "available", lambda: number)
    return explain_plan(np.ones(shape, np.float32), np.ones(kernel, np.float32), method=method, **options)


@pytest.mark.usefixtures("_fresh_plans")
@pytest.mark.parametrize("number", [2, 3, 8, 16, 64])
@pytest.mark.parametrize("layer", LAYERS)
def test_no_thread_shares_a_layer_that_would_only_wait_for_the_lock(
    layer: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the first, each thread has work for as long as it takes to hand the lock on once a call."""
    found = planned(layer, number, monkeypatch)
    chosen, shared = found.chosen, base.threads_for(found.chosen, found.threads)
    assert 1 < shared <= number
    assert (shared - 1) * threads.HANDOFF * len(chosen.blocks) * chosen.handoffs <= chosen.nanoseconds


@pytest.mark.usefixtures("_fresh_plans")
@pytest.mark.parametrize("layer", LAYERS)
def test_more_threads_never_share_less(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [planned(layer, number, monkeypatch) for number in (1, 2, 4, 8, 16, 32)]
    shared = [base.threads_for(one.chosen, one.threads) for one in plans]
    assert shared == sorted(shared)
    assert shared[1] == 2


@pytest.mark.usefixtures("_fresh_plans")
def test_deep_layers_are_shared_by_all_of_sixteen_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their channels are added up in a few large calls, whose number is not that of the 36 values."""
    found = planned("dense, deep", 16, monkeypatch)
    assert found.method == "winograd"
    assert base.threads_for(found.chosen, found.threads) == 16


@pytest.mark.usefixtures("_fresh_plans")
def test_blocks_grow_for_the_lock_and_no_further_than_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    fine, coarse = (planned("depthwise", number, monkeypatch, "taps").chosen for number in (2, 16))
    assert len(coarse.blocks) < len(fine.blocks) <= 2 * len(coarse.blocks)
    monkeypatch.setattr(threads, "has_lock", lambda: False)
    plan_layers.plan.cache_clear()
    assert len(planned("depthwise", 16, monkeypatch, "taps").chosen.blocks) == len(fine.blocks)


@pytest.mark.usefixtures("_fresh_plans")
@pytest.mark.parametrize("layer", LAYERS)
def test_without_a_lock_all_threads_share(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "has_lock", lambda: False)
    found = planned(layer, 8, monkeypatch)
    assert base.threads_for(found.chosen, found.threads) == 8


@pytest.mark.usefixtures("_fresh_plans")
def test_an_interpreter_says_itself_whether_it_has_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    assert threads.has_lock()
    for answer in (True, False):
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda answer=answer: answer, raising=False)
        assert threads.has_lock() is answer


@pytest.mark.parametrize(("number", "shared"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (16, 4)])
def test_the_rule_by_hand(number: int, shared: int) -> None:
    """Work as long as 390 handoffs that asks for the lock a hundred times: the hundred fit three times."""
    work = 390 * threads.HANDOFF
    assert threads.sharing(number, work, 100) == shared
    # Cut into 13 blocks of ten calls each, four threads would share it at most.
    assert threads.coarsest(4, work, 10) == 13
    assert threads.sharing(4, work, 13 * 10) == 4
    assert threads.sharing(4, work, 14 * 10) == 3


class Counted:
    """A function of NumPy that counts its calls."""

    def __init__(self, function: Any) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.calls += 1
        return self.function(*arguments, **options)


@pytest.mark.usefixtures("_fresh_plans")
@pytest.mark.parametrize("method", ["columns", "band", "taps", "winograd", "overlap-save"])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_block_makes_no_more_calls_than_its_plan_says(
    layer: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies, products and fused loops are counted; what is assigned to slices is not, and comes on top."""
    shape, kernel, options = LAYERS[layer]
    shape = (2, *shape[1:])
    x, weight = np.ones(shape, np.float32), np.ones(kernel, np.float32)
    try:
        chosen = explain_plan(x, weight, method=method, **options).chosen
    except ValueError as error:
        pytest.skip(str(error))
    names = ("matmul", "copyto", "einsum", "multiply")
    counted = {name: Counted(getattr(np, name)) for name in names}
    spread = threads.spread
    monkeypatch.setattr(threads, "spread", lambda work, blocks, _, *first: spread(work, blocks, 1, *first))
    for name, function in counted.items():
        monkeypatch.setattr(np, name, function)
    conv(x, weight, method=method, **options)
    calls = sum(function.calls for function in counted.values())
    once = 1  # to bring the weights into form
    assert 0 < calls <= len(chosen.blocks) * chosen.handoffs + once


@pytest.mark.parametrize("layer", ["dense, deep", "dense, large"])
def test_filters_are_prepared_while_blas_is_held(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of BLAS that have shared a product wait without sleeping, and would take the cores from ours."""
    shape, kernel, options = LAYERS[layer]
    if not hasattr(threads, "__file__"):
        pytest.skip("the library as one file has no modules, whose names these tests change")
    from threadpoolctl import threadpool_limits

    seen = []
    matmul = np.matmul

    def watched(*arrays: Any, **more: Any) -> Any:
        seen.append(threads.available())
        return matmul(*arrays, **more)

    with threadpool_limits(limits=2, user_api="blas"):
        if threads.available() < 2:
            pytest.skip("BLAS has one thread here")
        x, weight = np.ones((2, *shape[1:]), np.float32), np.ones(kernel, np.float32)
        conv(x, weight, method="winograd", **options)
        monkeypatch.setattr(np, "matmul", watched)
        conv(x, weight, method="winograd", **options)
        assert threads.available() == 2
    assert len(seen) > 2
    assert set(seen) == {1}
