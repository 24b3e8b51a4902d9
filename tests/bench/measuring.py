"""How things are timed, and how what was found is written down: what both parts of the record have in common."""

import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import threadpoolctl

Call = Callable[[], Any]
Row = dict[str, Any]

#: No sample is shorter than this many seconds; short calls are repeated.
SHORTEST = 5e-4

#: Each contender is timed in this many rounds at least.
ROUNDS = 5

#: The upper quartile of a case's ratios is at most this many times the lower one, or the case is refused.
SPREAD = 1.25


def seconds(call: Call, times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def times_for(call: Call) -> int:
    """Return how often a call is repeated for one sample; this one warms up, too."""
    return max(1, int(SHORTEST / max(1e-9, seconds(call, 1))))


def peak() -> float:
    """Return the speed of a plain matrix product in GFLOP/s: it shows whether the machine was quiet."""
    square = np.ones((384, 384), np.float32)
    return 2 * 384**3 / seconds(lambda: square @ square, 3) / 1e9


def parts(found: Any) -> list[np.ndarray]:
    """Return the arrays that a call gave."""
    return [np.asarray(part) for part in (found if isinstance(found, tuple) else (found,))]


def agree(what: str, calls: dict[str, Call], tolerance: float) -> None:
    """Refuse to time contenders that do not answer the same as the first."""
    answers = {name: parts(call()) for name, call in calls.items()}
    first, *others = answers
    for name in others:
        for a, b in zip(answers[first], answers[name], strict=True):
            error = float(np.abs(a - b).max()) / max(1.0, float(np.abs(b).max()))
            if not error < tolerance:
                raise SystemExit(f"{what}: {first} and {name} differ by {error:.2g}.")


def refusal(samples: list[float]) -> str:
    """Say why these samples tell nothing, or nothing."""
    if len(samples) < ROUNDS:
        return f"it has {len(samples)} samples, not {ROUNDS}"
    lower, _, upper = statistics.quantiles(samples, method="inclusive")
    if upper > SPREAD * lower:
        return f"half of its samples spread by a factor of {upper / lower:.2f}, more than {SPREAD}"
    return ""


def machine(*modules: ModuleType) -> Row:
    """Return when, where and with what is measured."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = f"{len(models)} virtual cores of {models[0]}" if models else cpu
    blas = [
        f"{one['internal_api']} {one['version']} {one.get('architecture', '')}"
        for one in threadpoolctl.threadpool_info()
    ]
    return {
        "date": date.today().isoformat(),
        "machine": cpu,
        "python": platform.python_version(),
        "blas": sorted(set(blas)),
        "versions": {module.__name__: module.__version__ for module in modules},
    }


def update(path: Path, changes: Row) -> None:
    """Write these entries of the record anew, and leave its others as they are."""
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(record | changes) + "\n", encoding="utf-8")


def as_text(value: Any, indent: str = "") -> str:
    """Write JSON with a line for each row."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in value) + f"\n{indent}]"
    if isinstance(value, dict) and value:
        inner = indent + " "
        entries = (f"{inner}{json.dumps(key)}: {as_text(entry, inner)}" for key, entry in value.items())
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    return json.dumps(value, ensure_ascii=False)
