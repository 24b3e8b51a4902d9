"""The library as one file does what the package does: the package's own tests and doctests run against it.

`make test-snippets` runs this, as it takes as long as those tests. What else the file must be, `test_single_file` asks.
"""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import convbook
from book.downloads import single_file

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
LICENSE = (ROOT / "LICENSE").read_text(encoding="utf-8")
sys.path.insert(0, str(TESTS))

from library_tests import imports, library_tests  # noqa: E402

#: Tests of the library that cannot hold for one file, with the reason; a longer list is a worse file.
LEFT_OUT = {
    "test_public_api.py": "looks for the package's files, and at how they are imported",
    "test_algorithms.py::test_layers_in_many_blocks_are_the_same_layers": "plants block sizes in modules by name",
    "test_algorithms.py::test_threads_share_the_blocks_and_change_nothing": "plants threads in modules by name",
}

# Nothing but the file may be found: the conftest takes the package out of the way, and says so if it cannot.
CONFTEST = """
import importlib.util, sys
from pathlib import Path

here = Path(__file__).parent
before = sys.path[:]
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in str(finder)]
sys.path[:] = [entry for entry in before if Path(entry or ".").resolve() not in (here, Path({root!r}))]
assert importlib.util.find_spec("convbook") is None, "the package can be imported"
sys.path[:0] = [str(here)]
"""

WHICH = """
import sys
from pathlib import Path

import convbook
import convbook.algorithms.planner
import convbook.kernels


def test_it_is_the_single_file():
    assert convbook.__file__ == str(Path(__file__).parents[1] / "convbook.py")
    parts = [module for name, module in sys.modules.items() if name.startswith("convbook.")]
    assert len(parts) > 20
    assert not any(hasattr(module, "__file__") for module in parts)
    assert convbook.conv.__code__.co_filename == convbook.kernels.box.__code__.co_filename == convbook.__file__
"""


def test_the_librarys_tests_and_doctests_pass_with_the_single_file(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "convbook.py").write_text(single_file.flattened(ROOT / "convbook", LICENSE), encoding="utf-8")
    modules = [path for path in library_tests() if {"convbook", "peers"} & imports(path) and path.name not in LEFT_OUT]
    for path in modules:
        shutil.copy(path, tmp_path / "tests")
    shutil.copytree(TESTS / "peers", tmp_path / "tests" / "peers")
    (tmp_path / "tests" / "test_which.py").write_text(WHICH, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(CONFTEST.format(root=str(ROOT)), encoding="utf-8")
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    settings = settings.replace('testpaths = ["tests", "docs", "convbook"]', "")
    settings = settings.replace('pythonpath = [".", "docs/_ext"]', "")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest" + settings.partition("[tool.pytest")[2], encoding="utf-8")
    options = [f"--deselect=tests/{name}" for name in LEFT_OUT if "::" in name]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHONPATH", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--junit-xml=report.xml", *options, "convbook.py", "tests"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    cases = [case for case in ET.parse(tmp_path / "report.xml").iter("testcase") if case.find("skipped") is None]
    ran = {case.get("classname", "").rpartition(".")[2] for case in cases}
    assert ran == {path.stem for path in modules} | {"test_which", "convbook"}
    examples = {case.get("name", "").removeprefix("convbook.") for case in cases if case.get("classname") == "convbook"}
    functions = {name for name in convbook.__all__ if callable(getattr(convbook, name))}
    assert functions <= examples


def test_what_is_left_out_is_there_and_does_not_grow() -> None:
    assert len(LEFT_OUT) <= 3
    for place in LEFT_OUT:
        name, _, function = place.partition("::")
        assert f"def {function}" in (TESTS / name).read_text(encoding="utf-8")
