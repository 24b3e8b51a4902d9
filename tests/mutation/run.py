"""Try whether the tests of a module notice when one small thing in it is wrong: ``make mutation``.

A warm interpreter is forked for each mutant of a seeded sample; the child imports the mutant in the place of the
module and runs the module's suite until a test fails. A mutant that no test notices survives: it is either equivalent
to the module (`equivalent.toml` says why) or shows that a test is missing.
"""

import argparse
import ast
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import math
import multiprocessing
import os
import random
import resource
import signal
import sys
import tomllib
from collections.abc import Iterator
from multiprocessing.connection import wait
from pathlib import Path
from types import CodeType
from typing import Any

from mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "_build" / "mutation"
#: Mutants that compute the same as the module, and why. ANY stands for all mutants of a function that only estimates:
#: these are explained, but they are not equivalent (they may change which algorithm is chosen), and count as survivors.
ANY = "..."
EQUIVALENT = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8"))

#: module -> the files of its suite, what fails first in front; slow tests can be left out by "--deselect=tests/...".
SUITES = {
    "_arguments": ["test_arguments.py", "test_bad_input.py", "test_shapes.py", "test_windows.py"],
    "_geometry": ["test_geometry.py", "test_shapes.py", "test_windows.py", "test_bad_input.py"],
    "convolution": ["test_convolution.py", "test_bad_input.py", "test_laws.py", "test_algorithms.py"],
    "pooling": ["test_pooling.py", "test_bad_input.py", "test_laws.py", "test_algorithms.py"],
    "shapes": ["test_shapes.py", "test_windows.py", "test_bad_input.py"],
    "signal": ["test_signal.py"],
    "windows": ["test_windows.py", "test_bad_input.py", "test_laws.py"],
}
#: Algorithms are seen through what they compute: most of them layers, some signals or poolings.
OF_LAYERS = ["test_algorithm_parts.py", "test_algorithms.py", "test_convolution.py"]
OF_SIGNALS = ["test_algorithm_parts.py", "test_signal.py"]
SUITES |= {f"algorithms.{name}": OF_SIGNALS for name in ("fourier", "separable", "direct")}
OF_NUMBERS = ["test_magnitudes.py", *OF_SIGNALS]
SUITES |= {f"algorithms.{name}": OF_NUMBERS for name in ("exactness", "plan_signals", "scaling")}
SUITES |= {"algorithms.pooling": ["test_pooling.py", "test_algorithms.py"]}
for _path in sorted((ROOT / "convbook").rglob("*.py")):
    _parts = _path.relative_to(ROOT / "convbook").with_suffix("").parts
    if _parts[0] != "figures" and _path.name != "__init__.py":
        _own = [f"test_{_path.stem.strip('_')}.py"]
        _own = _own if (ROOT / "tests" / _own[0]).exists() else []
        _else = [*_own, *OF_LAYERS] if _parts[0] == "algorithms" else [*(_own or OF_LAYERS), "test_bad_input.py"]
        SUITES.setdefault(".".join(_parts), _else)
#: Imported once, before the first fork. Nothing of convbook may be among them.
WARM = ("numpy", "scipy.fft", "scipy.signal", "hypothesis.extra.numpy", "pytest")
#: Nothing that only explains a failure: it is counted, and each run should be short.
OPTIONS = ["-x", "-q", "--tb=no", "--assert=plain", "-oaddopts=", "-pno:cacheprovider", "-pno:unraisableexception"]
PROCESSES = 2
MEMORY = 4 << 30  # bytes that a mutant may take
UNSEEN = 99  # the exit status where no test has imported the mutant


class Replaced(importlib.machinery.SourceFileLoader):
    """Finds and loads one module, from the code that it is given instead of that in its file."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        super().__init__(name, str(path))
        self.code = code

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, _: str) -> CodeType:
        return self.code


def source(module: str) -> Path:
    """Find the file of a module, named as in ``import convbook.module``."""
    return ROOT.joinpath("convbook", *module.split(".")).with_suffix(".py")


def warm() -> None:
    """Import what all suites need, and fix what could differ from run to run."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a fork keeps one thread only
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in WARM:
        importlib.import_module(name)
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)  # a failure is only counted: it need not be made small
    settings.register_profile("mutation", derandomize=True, deadline=None, database=None, phases=phases)
    settings.load_profile("mutation")
    gc.freeze()  # no child need look through what is warm


def run_suite(module: str, tree: ast.Module, mutant: Mutant | None, seconds: int) -> None:
    """Run the suite of a module on a mutant of it, in a process of its own, and end as pytest does."""
    if mutant:
        mutant.put(mutant.new)
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    name = f"convbook.{module}"
    replaced = Replaced(name, source(module), compile(tree, str(source(module)), "exec"))
    sys.meta_path.insert(0, replaced)  # type: ignore[arg-type]
    import pytest

    os.chdir(ROOT)
    suite = [entry if entry.startswith("-") else f"tests/{entry}" for entry in SUITES[module]]
    try:
        code = int(pytest.main([*OPTIONS, *suite]))
        imported = getattr(sys.modules.get(name), "__loader__", replaced)  # none, if the mutant cannot be imported
    except BaseException:
        os._exit(UNSEEN)
    os._exit(code if imported is replaced else UNSEEN)


def outcomes(
    module: str, tree: ast.Module, tried: list[Mutant | None], seconds: int
) -> Iterator[tuple[Mutant | None, int]]:
    """Run the suite on each mutant, some at a time, and yield how each run ended."""
    waiting, running = list(reversed(tried)), {}
    fork = multiprocessing.get_context("fork")
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            mutant = waiting.pop()
            process = fork.Process(target=run_suite, args=(module, tree, mutant, seconds))
            process.start()
            running[process.sentinel] = mutant, process
        for sentinel in wait(list(running)):
            mutant, process = running.pop(sentinel)
            process.join()
            yield mutant, process.exitcode


def verdict(code: int) -> str:
    """Say in a word how a run ended: with a failed test, an error, or a crash the mutant is killed."""
    if code > 3:
        raise SystemExit(f"pytest ran no test of a mutant (it ended with {code}).")
    return {0: "survived", -signal.SIGXCPU: "timeout", -signal.SIGKILL: "timeout"}.get(code, "killed")


def try_module(module: str, sample: int, seed: int) -> dict[str, Any]:
    """Try a sample of the mutants of a module; return the record of it."""
    tree = ast.parse(source(module).read_text(encoding="utf-8"))
    every = mutants(tree)
    known = {(entry["function"], entry["change"]): entry["why"] for entry in EQUIVALENT.get(module, [])}

    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ((_, code),) = outcomes(module, tree, [None], 600)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used
    if code != 0:
        raise SystemExit(
            f"On the module {module} itself its suite fails: see pytest {' '.join(SUITES[module])} in tests."
        )

    chosen = random.Random(f"{module} {seed}").sample(every, min(sample, len(every)))
    results = []
    for mutant, code in outcomes(module, tree, chosen, math.ceil(5 * used) + 5):
        place = {"line": mutant.line, "function": mutant.function, "change": mutant.shown()}
        same = known.get((mutant.function, mutant.shown()), "")
        note = same or known.get((mutant.function, ANY), "")
        results.append(place | {"verdict": verdict(code), "equivalent": same != "", "note": note})
        print(f"\r{module}: {len(results)} of {len(chosen)} ", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    results.sort(key=lambda result: (result["line"], result["change"]))
    return {
        "module": module,
        "seed": seed,
        "mutants": len(every),
        "stale": stale(module, every),
        "results": results,
    }


def stale(module: str, every: list[Mutant]) -> list[tuple[str, str]]:
    """List the entries of `equivalent.toml` that name no mutant of a module, by function and change."""
    names = {(mutant.function, change) for mutant in every for change in (mutant.shown(), ANY)}
    return sorted({(entry["function"], entry["change"]) for entry in EQUIVALENT.get(module, [])} - names)


def report(record: dict[str, Any]) -> None:
    """Print a line for the module, one for each survivor, and what `equivalent.toml` says wrongly."""
    module, results = record["module"], record["results"]
    survivors = [result for result in results if result["verdict"] == "survived"]
    killed, equivalent = len(results) - len(survivors), sum(result["equivalent"] for result in survivors)
    timeouts = sum(result["verdict"] == "timeout" for result in results)
    numbers = (len(results), record["mutants"], killed, timeouts, len(survivors), equivalent)
    share = 100 * killed / max(1, len(results) - equivalent)
    print(f"{module:<22}" + "".join(f"{number:>12}" for number in numbers) + f"{share:>20.1f} %")
    for result in survivors:
        kind = "equivalent" if result["equivalent"] else "no test tells it"
        why = f"{kind}: {result['note']}" if result["note"] else "A TEST IS MISSING"
        place = f"{source(module).relative_to(ROOT)}:{result['line']}"
        print(f"    {place}: {result['function']}: {result['change']}\n        {why}")
    for result in results:
        if result["equivalent"] and result["verdict"] != "survived":
            print(f"    equivalent.toml is wrong: a test tells {result['function']}: {result['change']}")
    for mutant in record["stale"]:
        print(f"    equivalent.toml is out of date: there is no {': '.join(mutant)}")


def main() -> None:
    """Read the command line, try the modules, print the table and keep the records."""
    parser = argparse.ArgumentParser(description="Test the tests by mutants.")
    parser.add_argument(
        "modules", nargs="*", default=list(SUITES), help=f"of {', '.join(SUITES)}, algorithms; else all"
    )
    parser.add_argument("--sample", type=int, default=200, help="mutants to try in each module (200)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (0)")
    given = parser.parse_args()
    chosen = [module for name in given.modules for module in SUITES if module == name or module.startswith(f"{name}.")]
    if unknown := {name for name in given.modules if not any(f"{module}.".startswith(f"{name}.") for module in chosen)}:
        parser.error(f"there is no suite for {', '.join(unknown)}, but for {', '.join(SUITES)}")
    sys.stdout.reconfigure(line_buffering=True)  # a module may take minutes
    warm()
    RECORDS.mkdir(parents=True, exist_ok=True)
    heads = ("tried", "of", "killed", "by timeout", "survived", "equivalent")
    print(f"{'module':<22}" + "".join(f"{head:>12}" for head in heads) + f"{'killed of others':>22}", flush=True)
    for module in chosen:
        record = try_module(module, given.sample, given.seed)
        report(record)
        (RECORDS / f"{module}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"Seed {given.seed}; the records are in {RECORDS.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
