"""The library's tests: which modules they are, and a run of them against the installed library: ``make test-bare``.

The library needs NumPy, SciPy and threadpoolctl and nothing else. Where more is installed, a test cannot tell; so this
runs in environments that hold exactly that, what runs the tests, and the library as ``pip install .`` puts it there.
"""

import ast
import os
import re
import subprocess
import sys
from importlib import metadata, util
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent

#: What the library's tests may import beside Python's own modules: all else belongs to the book.
NEEDS = {"convbook", "hypothesis", "numpy", "peers", "pytest", "scipy"}

#: What every environment has.
INSTALLER = {"pip", "setuptools", "wheel"}


def imports(path: Path) -> set[str]:
    """Return the top-level names of the modules that a module imports as it is loaded."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def library_tests() -> list[Path]:
    """List the test modules that need the library alone: a new one is among them unless it imports more."""
    found = sorted(TESTS.glob("test_*.py"))
    return [path for path in found if imports(path) <= NEEDS | sys.stdlib_module_names]


def not_declared(lock: Path) -> set[str]:
    """Return the names of what is installed here without being locked: nothing of it may be needed."""
    declared = set(re.findall(r"(?m)^([a-z0-9-]+)==", lock.read_text(encoding="utf-8")))
    installed = {re.sub(r"[-_.]+", "-", one.name).lower() for one in metadata.distributions()}
    return installed - declared - INSTALLER - {"convbook"}


def main(lock: Path) -> int:
    """Run tests and docstring examples of the library that is installed here."""
    place = Path(str(util.find_spec("convbook").origin)).parent
    if more := not_declared(lock):
        raise SystemExit(f"This environment holds more than the library needs: {', '.join(sorted(more))}.")
    if place.parent == ROOT:
        raise SystemExit(f"The library is not installed here: {place} would be tested.")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("NumPy", "SciPy", "threadpoolctl"))
    print(f"== The library with {versions} alone ({os.environ.get('OPENBLAS_NUM_THREADS', 'all')} BLAS threads)")
    files = [str(path.relative_to(ROOT)) for path in library_tests()]
    # The figures are the book's: they need Matplotlib.
    options = ["-q", "-pno:cacheprovider", "-opythonpath=", "--pyargs", f"--ignore={place / 'figures'}"]
    command = [sys.executable, "-m", "pytest", *options, "convbook", *files]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
