"""Threads and processes: whoever calls, from wherever and however late, gets the sums of a plain call, and at once.

Each test runs a program of its own, with two threads of BLAS, and stops it if it hangs. With `threadpoolctl` the blocks
of a layer are shared by two threads; the programs that hide it, as somebody does who keeps the library as one file,
compute as without it.
"""

import os
import subprocess
import sys
import textwrap
import threading
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from convbook.algorithms import threads

CALLS = """
import numpy as np
import convbook
from convbook.algorithms.threads import available

rng = np.random.default_rng(30)
x, w = rng.standard_normal((4, 16, 40, 40)), rng.standard_normal((16, 16, 3, 3))
planes = rng.standard_normal((4, 48, 40, 40))
picture, signal_ = rng.standard_normal((700, 700)), rng.standard_normal(100_000)
grad, pooled = rng.standard_normal((4, 16, 38, 38)), rng.standard_normal((4, 48, 20, 20))
CALLS = {
    "conv": lambda: convbook.conv(x, w),
    "conv_vjp": lambda: np.concatenate([g.ravel() for g in convbook.conv_vjp(grad, x, w, np.ones(16))]),
    "conv_transpose": lambda: convbook.conv_transpose(x, w, stride=2),
    "conv_transpose_vjp": lambda: convbook.conv_transpose_vjp(rng_free, x, w)[1],
    "max_pool": lambda: convbook.max_pool(planes, 3, stride=1),
    "max_pool_vjp": lambda: convbook.max_pool_vjp(pooled, planes, 2),
    "avg_pool": lambda: convbook.avg_pool(planes, 3, stride=1),
    "avg_pool_vjp": lambda: convbook.avg_pool_vjp(pooled, planes, 2),
    "lp_pool": lambda: convbook.lp_pool(planes, 2, 3),
    "convolve": lambda: convbook.convolve(picture, w[0, 0]),
    "a long convolve": lambda: convbook.convolve(signal_, signal_[:99]),
    "correlate": lambda: convbook.correlate(picture, w[0, 0]),
}
rng_free = rng.standard_normal((4, 16, 42, 42))


def wrong(wanted):
    return [name for name, call in CALLS.items() if not np.allclose(call(), wanted[name], rtol=1e-9, atol=1e-9)]
"""

HIDE = "import sys\nsys.modules['threadpoolctl'] = None\n"


def run(program: str, *, hidden: bool = False, hash_seed: str = "0", path: Path | None = None) -> str:
    """Run a program with two threads of BLAS, and return what it prints."""
    program = (HIDE if hidden else "") + textwrap.dedent(program)
    if path is not None:
        path.write_text(program, encoding="utf-8")
    settings = {
        "OPENBLAS_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, *(["-c", program] if path is None else [str(path)])]
    done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


HIDDEN = pytest.mark.parametrize("hidden", [False, True], ids=["as-installed", "without-threadpoolctl"])
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_two_threads_share_the_blocks_where_blas_can_be_held() -> None:
    program = """
        import threading
        assert available() == 2
        before = threading.active_count()
        CALLS["conv"]()
        print(threading.active_count() - before, available())
    """
    assert run(CALLS + textwrap.dedent(program)) == "1 2\n"
    assert run(CALLS + textwrap.dedent(program.replace("== 2", "== 1")), hidden=True) == "0 1\n"


@HIDDEN
def test_gradients_of_an_empty_batch_are_zero(hidden: bool) -> None:
    program = """
        import numpy as np
        from convbook import conv_transpose_vjp, conv_vjp
        for groups in (1, 3):
            x, weight = np.ones((0, 6, 9, 9)), np.ones((6, 6 // groups, 3, 3))
            for vjp, size in ((conv_vjp, 7), (conv_transpose_vjp, 11)):
                grad = np.ones((0, 6, size, size))
                of_x, of_weight, of_bias = vjp(grad, x, weight, np.ones(6), groups=groups)
                assert of_x.shape == x.shape
                assert of_weight.shape == weight.shape and not of_weight.any()
                assert of_bias.shape == (6,) and not of_bias.any()
    """
    assert run(program, hidden=hidden) == ""


@FORKS
@HIDDEN
def test_a_forked_child_computes_what_its_parent_does(hidden: bool) -> None:
    program = """
        import os
        import signal
        wanted = {name: call() for name, call in CALLS.items()}
        for name in CALLS:
            child = os.fork()
            if not child:
                signal.alarm(20)
                os._exit(not np.allclose(CALLS[name](), wanted[name], rtol=1e-9, atol=1e-9))
            if status := os.waitpid(child, 0)[1]:
                print(name, status)
        print(wrong(wanted))
    """
    assert run(CALLS + textwrap.dedent(program), hidden=hidden) == "[]\n"


@FORKS
def test_a_child_that_is_forked_while_other_threads_compute_has_all_threads_of_its_own() -> None:
    program = """
        import os
        import signal
        import threading
        wanted, threads = CALLS["conv"](), available()
        going = True

        def compute():
            while going:
                CALLS["conv"]()
                CALLS["max_pool"]()

        others = [threading.Thread(target=compute) for _ in range(2)]
        for other in others:
            other.start()
        failed = []
        for _ in range(16):
            child = os.fork()
            if not child:
                signal.alarm(20)
                right = np.allclose(CALLS["conv"](), wanted, rtol=1e-9, atol=1e-9)
                os._exit(not right or 2 * (available() != threads))
            failed.append(os.waitpid(child, 0)[1])
        going = False
        for other in others:
            other.join()
        print(set(failed))
    """
    assert run(CALLS + textwrap.dedent(program)) == "{0}\n"


@FORKS
def test_a_child_that_is_forked_while_another_thread_plans_can_plan() -> None:
    program = """
        import copy
        import os
        import signal
        import threading
        many = np.broadcast_to(np.float32(1), (40_000, 16, 40, 40))
        algorithm = convbook.explain_plan(many, w.astype(np.float32), method="columns").chosen
        going = True

        def plan():
            while going:
                assert len(copy.copy(algorithm).blocks) > 4000

        other = threading.Thread(target=plan)
        other.start()
        failed = []
        for _ in range(10):
            child = os.fork()
            if not child:
                signal.alarm(20)
                os._exit(CALLS["conv"]().shape != (4, 16, 38, 38))
            failed.append(os.waitpid(child, 0)[1])
        going = False
        other.join()
        print(set(failed))
    """
    assert run(CALLS + textwrap.dedent(program)) == "{0}\n"


def test_pools_of_processes_compute_what_their_parent_does(tmp_path: Path) -> None:
    program = """
        import multiprocessing

        def some(number):
            return CALLS["conv_vjp"]().sum() + CALLS["max_pool"]().sum() + CALLS["convolve"]().sum()

        if __name__ == "__main__":
            wanted = some(0)
            for method in multiprocessing.get_all_start_methods():
                with multiprocessing.get_context(method).Pool(2) as pool:
                    found = pool.map_async(some, range(4)).get(timeout=60)
                assert np.allclose(found, wanted, rtol=1e-12), method
            print("all")
    """
    assert run(CALLS + textwrap.dedent(program), path=tmp_path / "program.py") == "all\n"


@HIDDEN
@pytest.mark.parametrize("warm", [True, False], ids=["again", "for-the-first-time"])
def test_threads_and_exits_after_the_last_line_compute_what_a_program_does(hidden: bool, warm: bool) -> None:
    program = """
        import atexit
        import threading
        import time
        ended = threading.Event()
        wanted = {name: call() for name, call in CALLS.items()} if %s else None

        def compute(who):
            print(who, wrong(wanted) if wanted else [name for name, call in CALLS.items() if not call().any()])

        def late():
            while threading.main_thread().is_alive():
                time.sleep(0.01)
            compute("thread")

        class Last:
            needs = convbook.conv, x, w

            def __del__(self):
                conv, *given = self.needs
                print("last", conv(*given).shape)

        atexit.register(compute, "exit")
        threading.Thread(target=late).start()
        last = Last()
    """
    found = run(CALLS + textwrap.dedent(program % warm), hidden=hidden)
    assert found.splitlines() == ["thread []", "exit []", "last (4, 16, 38, 38)"]


def test_a_system_that_gives_no_more_threads_slows_a_call_down_and_no_more() -> None:
    program = """
        import threading
        started = []

        def start(thread):
            started.append(thread)
            raise RuntimeError("can't start new thread")

        first = {name: call() for name, call in CALLS.items()}
        threading.Thread.start = start
        print(wrong(first))
        convbook.algorithms.threads.available()
    """
    cold = program.replace("first = {name: call() for name, call in CALLS.items()}", "first = None").replace(
        "print(wrong(first))", "print([name for name, call in CALLS.items() if not call().any()])"
    )
    for each in (program, cold):
        assert run(CALLS + textwrap.dedent(each)) == "[]\n"


def test_calls_from_several_threads_at_once_get_the_sums_of_calls_in_turn() -> None:
    program = """
        from concurrent.futures import ThreadPoolExecutor
        wanted, before = {name: call() for name, call in CALLS.items()}, available()
        with ThreadPoolExecutor(3) as pool:
            print([found for found in pool.map(lambda _: wrong(wanted), range(3)) if found], available() == before)
    """
    assert run(CALLS + textwrap.dedent(program)) == "[] True\n"


def test_an_interrupted_call_ends_and_leaves_everything_as_it_was() -> None:
    program = """
        import signal
        import threading
        import time
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
        wanted, before = CALLS["conv"](), available()
        large = np.ones((64, 64, 64, 64), np.float32), np.ones((64, 64, 3, 3), np.float32)
        main = threading.get_ident()
        for _ in range(3):
            threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
            try:
                while True:
                    convbook.conv(*large)
            except KeyboardInterrupt:
                pass
            assert available() == before
            assert np.allclose(CALLS["conv"](), wanted, rtol=1e-9, atol=1e-9)
        print("done")
    """
    assert run(CALLS + textwrap.dedent(program)) == "done\n"


def test_nothing_of_a_call_is_kept() -> None:
    program = """
        import time
        import weakref
        for name in ("conv", "max_pool"):
            given = x.copy() if name == "conv" else planes.copy()
            result = convbook.conv(given, w) if name == "conv" else convbook.max_pool(given, 3, stride=1)
            kept = [weakref.ref(given), weakref.ref(result)]
            del given, result
            patience = time.monotonic() + 20
            while any(one() is not None for one in kept) and time.monotonic() < patience:
                time.sleep(0.01)  # a helper may not have let go yet
            print([one() is None for one in kept])
    """
    assert run(CALLS + textwrap.dedent(program)) == "[True, True]\n" * 2


def test_a_plan_from_another_process_is_equal_and_has_the_same_hash(tmp_path: Path) -> None:
    given = f"""
        import copy
        import pickle
        import numpy as np
        from pathlib import Path
        from convbook import explain_plan
        file = Path({str(tmp_path / "plans")!r})
        plan = explain_plan(np.ones((2, 16, 32, 32), np.float32), np.ones((16, 16, 3, 3), np.float32))
        parts = plan, plan.chosen, plan.chosen.problem, plan.chosen.problem.windows
        known = {{part: number for number, part in enumerate(parts)}}
    """
    there = (
        given
        + """
        plan.chosen.blocks, plan.chosen.problem.multiply_adds
        copies = [parts, copy.copy(parts), copy.deepcopy(parts), [copy.copy(part) for part in parts]]
        file.write_bytes(pickle.dumps([*copies, pickle.loads(pickle.dumps(parts))]))
    """
    )
    here = (
        given
        + """
        for copied in pickle.loads(file.read_bytes()):
            assert all(a == b and str(a) == str(b) for a, b in zip(copied, parts, strict=True))
            assert len(copied[1].blocks) == len(parts[1].blocks)
            print([known.get(part) for part in copied])
    """
    )
    run(there, hash_seed="1")
    assert run(here, hash_seed="2") == "[0, 1, 2, 3]\n" * 5


# The sharing itself --------------------------------------------------------------------------------------------------
@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let blocks be shared whatever is installed."""
    monkeypatch.setattr(
        threads, "_blas", lambda: SimpleNamespace(lib_controllers=[], limit=lambda limits: nullcontext())
    )


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("number", [0, 1, 2, 3, 9])
def test_every_block_is_worked_on_once_by_whatever_number_of_threads(number: int) -> None:
    for blocks in (0, 1, 2, 100):
        done: list[int] = []
        threads.spread(done.append, (block for block in range(blocks)), number)
        assert sorted(done) == list(range(blocks))


@pytest.mark.usefixtures("held")
def test_after_an_error_no_further_block_is_begun_and_the_callers_own_error_comes_first() -> None:
    main, done = threading.get_ident(), []
    begun = threading.Barrier(2, timeout=60)

    def work(block: int) -> None:
        done.append(block)
        begun.wait()
        raise KeyError("the caller's") if threading.get_ident() == main else ValueError("the helper's")

    for _ in range(20):
        done.clear()
        with pytest.raises(KeyError, match="the caller's"):
            threads.spread(work, range(100), 2)
        assert len(done) == 2
    found: list[int] = []
    threads.spread(found.append, range(8), 2)
    assert sorted(found) == list(range(8))


@pytest.mark.usefixtures("held")
def test_an_error_of_a_helper_reaches_the_caller() -> None:
    main, begun = threading.get_ident(), threading.Event()

    def work(block: int) -> None:
        if threading.get_ident() == main:
            assert begun.wait(60)
        else:
            begun.set()
            raise ValueError("the helper's")

    with pytest.raises(ValueError, match="the helper's"):
        threads.spread(work, range(2), 2)


@pytest.mark.usefixtures("held")
def test_a_call_within_a_block_computes_by_itself() -> None:
    done: list[tuple[int, int]] = []

    def work(block: int) -> None:
        threads.spread(lambda inner: done.append((block, inner)), range(5), 2)

    threads.spread(work, range(5), 2)
    assert sorted(done) == [(block, inner) for block in range(5) for inner in range(5)]
