"""Threads: as many as BLAS may use, spread over blocks of outputs while BLAS itself is held to one.

A block's copies are not BLAS's, so its threads wait while one of ours copies; threads that each copy and multiply
blocks of their own do not. Holding BLAS needs `threadpoolctl`, which is optional: without it all blocks are computed
in turn, and BLAS divides each product. The caller's limit is respected: it is what BLAS says it may use.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import Any, TypeVar

Block = TypeVar("Block")

#: Holding BLAS costs some 40 microseconds: below so much predicted work it does not pay.
WORTH_SPREADING = 1_200_000

_busy = threading.Lock()


@cache
def _blas() -> Any:
    """Return what controls NumPy's BLAS, or None."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    controller = ThreadpoolController().select(user_api="blas")
    return controller if controller.lib_controllers else None


@cache
def _pool(helpers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(helpers, thread_name_prefix="convbook")


def available() -> int:
    """Return how many threads may work on blocks at once: as many as BLAS may use now."""
    controller = _blas()
    if controller is None:
        return 1
    allowed: int = min(library.num_threads for library in controller.lib_controllers)
    return max(1, allowed)


def spread(work: Callable[[Block], None], blocks: Iterable[Block], threads: int) -> None:
    """Call `work` on each block, by so many threads if they are free; whoever has finished takes the next block."""
    if threads == 1 or not _busy.acquire(blocking=False):  # another call holds BLAS: it has the threads
        for block in blocks:
            work(block)
        return
    try:
        with _blas().limit(limits=1):
            waiting, taking = iter(blocks), threading.Lock()

            def drain() -> None:
                while True:
                    with taking:
                        taken = list(islice(waiting, 1))
                    if not taken:
                        return
                    work(taken[0])

            others = [_pool(threads - 1).submit(drain) for _ in range(threads - 1)]
            try:
                drain()
            finally:
                for other in others:
                    other.result()
    finally:
        _busy.release()
