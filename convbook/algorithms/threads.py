"""Threads: as many as BLAS may use, spread over blocks of outputs while BLAS itself is held to one.

A block's copies are not BLAS's, so its threads wait while one of ours copies; threads that each copy and multiply
blocks of their own do not. Holding BLAS needs `threadpoolctl`. Where the library is one file that somebody keeps, it
may be missing: then all blocks are computed in turn, and BLAS divides each product. The caller's limit is respected: it
is what BLAS says it may use.

Whoever calls takes blocks, too, and needs nobody: where no helpers can be had, it takes them all.
"""

import math
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from queue import SimpleQueue
from typing import Any, TypeVar

Block = TypeVar("Block")

#: Holding BLAS costs some 40 microseconds: below so much predicted work it does not pay.
WORTH_SPREADING = 1_200_000

#: Nanoseconds that pass, where several threads ask for the interpreter's lock, until the next one has it: it must be
#: woken up. Measured with threads that compute nothing, but give the lock away and ask for it again.
HANDOFF = 10_000


class _Crew:
    """The helpers of a process, and what its calls share."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Start with nobody and nothing held."""
        #: Held by the one call that holds BLAS.
        self.busy = threading.Lock()
        #: How many threads each library of BLAS has to get back, and the thread that will see to it.
        self.held: tuple[list[tuple[Any, int]], int] | None = None
        #: Where the helpers wait for something to do, and how many they are.
        self.tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.helpers = 0

    def gather(self, wanted: int) -> int:
        """Return how many helpers there are: as many as wanted, if the system gives this many threads."""
        while self.helpers < wanted:
            helper = threading.Thread(target=_help, args=(self.tasks,), name="convbook", daemon=True)
            try:
                helper.start()
            except RuntimeError:  # there are too many threads, or the program is about to end
                break
            self.helpers += 1
        return min(self.helpers, wanted)


_crew = _Crew()


def _after_fork() -> None:
    """Let go, in a child, of what belongs to threads that only its parent has: all but the one that forked."""
    held = _crew.held
    _crew.renew()
    if held is not None and held[1] != threading.get_ident():
        for library, number in held[0]:
            library.set_num_threads(number)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


def _help(tasks: "SimpleQueue[Callable[[], None]]") -> None:
    """Do one task after the other, and keep nothing of it."""
    while True:
        tasks.get()()


@cache
def _blas() -> Any:
    """Return what controls NumPy's BLAS, or None."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    controller = ThreadpoolController().select(user_api="blas")
    return controller if controller.lib_controllers else None


def available() -> int:
    """Return how many threads may work on blocks at once: as many as BLAS may use now."""
    controller = _blas()
    if controller is None:
        return 1
    allowed: int = min(library.num_threads for library in controller.lib_controllers)
    return max(1, allowed)


def worthwhile(nanoseconds: float) -> int:
    """Return how many threads may share work that one does in so long: all, or one if that does not pay."""
    return available() if nanoseconds >= WORTH_SPREADING else 1


def has_lock() -> bool:
    """Return whether one thread at a time may run Python: not where the interpreter is built without such a lock."""
    enabled: bool = getattr(sys, "_is_gil_enabled", lambda: True)()
    return enabled


def sharing(threads: int, nanoseconds: float, handoffs: float) -> int:
    """Return how many of these threads should share work that one does in so long, and gives the lock away so often.

    However many they are, work cannot end before the lock has been handed on that often: a thread more than keep it
    busy would only wait for it, and have the others wait.
    """
    if not has_lock():
        return threads
    return min(threads, 1 + int(nanoseconds / (HANDOFF * max(1, handoffs))))


def coarsest(threads: int, nanoseconds: float, handoffs: float) -> float:
    """Return into how many blocks work may be cut at most so that all these threads can share it, by the same rule."""
    if threads == 1 or not has_lock():
        return math.inf
    return max(threads, nanoseconds / (HANDOFF * handoffs * (threads - 1)))


def spread(
    work: Callable[[Block], None], blocks: Iterable[Block], threads: int, first: Callable[[], None] = lambda: None
) -> None:
    """Call `work` on each block, by this many threads if they are free; whoever has finished takes the next block.

    What all blocks need is done `first`, while BLAS is already held: a product that BLAS divides leaves threads of BLAS
    that wait for the next one, without sleeping, for longer than most layers take, and ours would get half of a core.
    """
    busy, blas = _crew.busy, _blas()
    # Where another call holds BLAS, it has the threads. When the interpreter is being taken down, helpers stand still.
    if threads <= 1 or blas is None or sys.is_finalizing() or not busy.acquire(blocking=False):
        first()
        for block in blocks:
            work(block)
        return
    try:
        # said before it is done: another thread may fork this process at any time
        _crew.held = [(library, library.num_threads) for library in blas.lib_controllers], threading.get_ident()
        with blas.limit(limits=1):
            first()
            _share(work, deque(blocks), threads - 1)
    finally:
        _crew.held = None
        busy.release()


def _share(work: Callable[[Block], None], waiting: deque[Block], helpers: int) -> None:
    """Work on what waits until nothing does, together with this many helpers."""
    ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def drain() -> None:
        try:
            while waiting:
                try:
                    block = waiting.popleft()
                except IndexError:  # another thread was faster
                    break
                work(block)
        except BaseException:
            waiting.clear()  # the others need not go on
            raise

    def help_out() -> None:
        try:
            drain()
        except BaseException as error:
            ended.put(error)
        else:
            ended.put(None)

    called = 0
    try:
        for _ in range(_crew.gather(helpers)):
            _crew.tasks.put(help_out)
            called += 1
        drain()
    finally:
        errors = [error for error in (ended.get() for _ in range(called)) if error is not None]
    try:
        if errors:
            raise errors[0]
    finally:
        del errors  # an error knows this frame, so the frame must not know it
