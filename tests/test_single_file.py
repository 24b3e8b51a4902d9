"""The library as one file: its names, its tracebacks, its table, and what cannot stand in one file.

That it does what the package does is what `make test-snippets` asks, with the package's own tests.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import convbook
from book.downloads import single_file

ROOT = Path(__file__).parents[1]
LICENSE = (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the single file alone."""
    folder = tmp_path_factory.mktemp("single")
    (folder / "convbook.py").write_text(single_file.flattened(ROOT / "convbook", LICENSE), encoding="utf-8")
    return folder


def run(folder: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    # -S: no site-packages, so no package; NumPy and its like by their folder.
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    code = f"import sys; sys.path.append({packages!r})\n{code}"
    command = [sys.executable, "-S", *options, "-c", code]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_single_file_imports_neither_matplotlib_nor_scipy_before_it_must(folder: Path) -> None:
    code = "import convbook; print(sorted({'matplotlib', 'scipy'} & set(sys.modules)))"
    assert run(folder, code).stdout == "[]\n"
    code = "import convbook.figures; from convbook.figures import bars; print('matplotlib' in sys.modules)"
    assert run(folder, code).stdout == "True\n"
    code = "sys.modules['matplotlib'] = None; import convbook; convbook.figures.bars({'a': 1}, xlabel='x')"
    assert "ModuleNotFoundError: import of matplotlib" in run(folder, code).stderr


def test_without_the_file_there_is_no_convbook(folder: Path, tmp_path: Path) -> None:
    code = "import numpy, convbook; print(convbook.__file__)"
    assert run(folder, code).stdout.strip() == str(folder / "convbook.py")
    assert "No module named 'convbook'" in run(tmp_path, code).stderr


def test_its_public_names_are_the_packages(folder: Path) -> None:
    code = "import convbook as c; print(c.__all__, c.__version__, all(hasattr(c, name) for name in c.__all__))"
    assert run(folder, code).stdout == f"{convbook.__all__} {convbook.__version__} True\n"
    for module in (convbook.kernels, convbook.matrices, convbook.properties, convbook.definitions):
        names = f"from {module.__name__} import *; print({', '.join(module.__all__)}, sep='', end='')"
        assert run(folder, names).stderr == ""


def test_a_missing_name_is_missed_as_in_a_package(folder: Path) -> None:
    assert (
        "cannot import name 'gaussien' from 'convbook.kernels'"
        in run(folder, "from convbook.kernels import gaussien").stderr
    )
    assert "No module named 'convbook.kernel'" in run(folder, "import convbook.kernel").stderr


def test_a_traceback_points_to_the_lines_of_the_file(folder: Path) -> None:
    text = run(folder, "import convbook; convbook.kernels.box(0)").stderr
    places = re.findall(r'convbook\.py", line (\d+), in (\w+)\n +(.*)', text)
    lines = (folder / "convbook.py").read_text(encoding="utf-8").splitlines()
    assert places
    assert all(lines[int(number) - 1].strip() == shown for number, _, shown in places)


def test_the_table_names_the_line_of_each_section(folder: Path) -> None:
    lines = (folder / "convbook.py").read_text(encoding="utf-8").splitlines()
    rows = re.findall(r"(?m)^ +(\d+)  (convbook\.[\w.]+)", "\n".join(lines[:90]))
    assert [lines[int(number) - 1] for number, _ in rows] == [f"# {name}" for _, name in rows]
    modules = {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in (ROOT / "convbook").rglob("*.py")}
    assert {name for _, name in rows} == {m.removesuffix(".__init__") for m in modules} - {"convbook"}


def test_its_license_is_all_there(folder: Path) -> None:
    text = (folder / "convbook.py").read_text(encoding="utf-8")
    bare = " ".join(re.sub(r"(?m)^# ?", "", text).split())
    notice = LICENSE.partition("Copyright")[2].partition("----")[0]
    assert " ".join(f"Copyright{notice}".split()) in bare


def test_the_same_package_gives_the_same_bytes_and_the_site_its_address() -> None:
    once, again = (single_file.flattened(ROOT / "convbook", LICENSE) for _ in range(2))
    assert once == again
    assert "https://example.org/book" in single_file.flattened(ROOT / "convbook", LICENSE, "https://example.org/book")
    assert "://" not in once.partition('"""\n')[0]


# What cannot stand in one file, and what can -----------------------------------------------------------------------
def flat(tmp_path: Path, **modules: str) -> dict[str, object]:
    """Flatten a small package and run it."""
    library = tmp_path / "small"
    library.mkdir()
    (library / "__init__.py").write_text('"""S: small."""\n\n__version__ = "1"\n', encoding="utf-8")
    for name, code in modules.items():
        (library / f"{name}.py").write_text(code, encoding="utf-8")
    text = single_file.flattened(library, "Code: x, under the Y License:\n\nZ\n")
    (tmp_path / "small_file.py").write_text(text, encoding="utf-8")
    done = run(tmp_path, "import small_file as s; print(s.b.answer())")
    assert done.stderr == "", text
    return {"printed": done.stdout.strip(), "text": text}


def test_names_that_two_modules_share_stay_apart(tmp_path: Path) -> None:
    found = flat(
        tmp_path,
        a="_N = 1\n\n\ndef _f(_N):\n    return _N + 1\n\n\ndef g():\n    return _f(_N)\n",
        b="from small.a import g\n\n_N = 10\n\n\ndef _f():\n    return _N\n\n\ndef answer():\n    return _f(), g()\n",
    )
    assert found["printed"] == "(10, 2)"


def test_a_module_that_is_used_as_a_whole_gives_its_names(tmp_path: Path) -> None:
    found = flat(
        tmp_path,
        a="def width():\n    return 7\n\n\ndef deep():\n    return 8\n",
        b="from small import a as room\nfrom small.a import deep as d\n\n\n"
        "def answer():\n    width = room.width()\n    return width, room.deep(), d()\n",
    )
    assert found["printed"] == "(7, 8, 8)"


def test_a_name_that_a_module_hands_on_is_found_under_both(tmp_path: Path) -> None:
    found = flat(
        tmp_path,
        a="_N = 3\nUNIT = 5\n",
        b="from small.c import UNIT, size\n\n_N = 4\n\n\ndef answer():\n"
        "    from small_file.c import UNIT as same\n\n    return UNIT, same, size(), _N\n",
        c="from small.a import UNIT, _N\n\n\ndef size():\n    return _N\n",
    )
    assert found["printed"] == "(5, 5, 3, 4)"


def test_modules_that_need_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(single_file.NotFlat, match="need each other"):
        flat(tmp_path, a="from small.b import answer\n", b="from small.a import g\n\n\ndef answer(): ...\n")


def test_a_name_with_two_origins_is_refused(tmp_path: Path) -> None:
    with pytest.raises(single_file.NotFlat, match="The name sin would stand for several things"):
        flat(tmp_path, a="from math import sin\n", b="from cmath import sin\n")
