"""What the README promises to a stranger, and what the repository promises to itself."""

import doctest
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from library_tests import library_tests, not_declared

import convbook

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {"docs", "convbook", "tests", "conf.py", "pyproject.toml", "Makefile", "README.md", "LICENSE"} | {
    "CONTRIBUTING.md",
    "CITATION.cff",
    "requirements.lock",
    "requirements-lowest.lock",
    "requirements-browser.lock",
    "requirements-node.lock",
    "requirements-pyodide.lock",
}

#: What the library needs.
NEEDED = ["numpy", "scipy", "threadpoolctl"]


def tracked() -> list[Path]:
    """List the files that git knows."""
    try:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("this copy is not a git checkout")
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_the_examples_of_the_readme_are_true() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 0
    assert failed == 0


def test_the_table_of_the_readme_holds_the_products_and_sums_that_it_claims() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = text[text.index("```text") : text.index("```python")]
    h = [int(n) for n in re.search(r"h =([\d ]+)", picture)[1].split()]
    rows = [(int(a), [int(n) for n in row.split()]) for a, row in re.findall(r"(\d) +\|([\d ]+)", picture)]
    result = [int(n) for n in re.search(r"x ∗ h = \[(.*?)\]", picture)[1].split(",")]
    assert rows == [(a, [a * b for b in h]) for a, _ in rows]
    assert result == convbook.convolve([a for a, _ in rows], h).tolist()


def test_the_top_level_holds_what_the_design_says_and_nothing_else() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL


def test_every_verb_of_the_makefile_is_listed_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert {line.split()[0] for line in listed.stdout.splitlines()} == verbs


def test_every_verb_that_the_guides_name_exists() -> None:
    verbs = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)[1].split())
    named = set()
    for guide in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        named |= set(
            re.findall(r"(?:`|\$ |&& |^)make ([a-z][a-z-]*)", (ROOT / guide).read_text(encoding="utf-8"), re.M)
        )
    assert {"html", "test"} <= named <= verbs


def test_no_file_names_the_host_of_a_package_registry() -> None:
    hosts = re.compile(
        "|".join(("py" + r"pi\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", r"npmjs\." + "org"))
    )
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        assert not hosts.search(text), f"{path.relative_to(ROOT)} names a registry"


def test_every_locked_package_carries_a_hash() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = re.sub(r"^#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
        entries = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries), lock.name


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)[1]
    assert convbook.__version__ == project == citation


def test_the_library_depends_on_numpy_scipy_and_threadpoolctl_only() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(re.match(r"[a-z]+", name)[0] for name in project["dependencies"]) == NEEDED


def test_the_lowest_versions_that_are_tested_are_the_lowest_that_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements-lowest.lock").read_text(encoding="utf-8")
    tested = re.findall(rf"(?m)^({'|'.join(NEEDED)})==(\d+\.\d+)\.0 ", lock)
    assert [f"{name}>={version}" for name, version in tested] == project["dependencies"]


def test_what_the_library_does_not_declare_is_found_where_it_is_installed() -> None:
    assert {"dask", "matplotlib", "sphinx"} <= not_declared(ROOT / "requirements-lowest.lock")
    assert "numpy" not in not_declared(ROOT / "requirements-lowest.lock")


def test_each_test_module_runs_with_the_library_alone_unless_it_imports_more() -> None:
    alone = {path.name for path in library_tests()}
    assert {"test_convolution.py", "test_processes.py", "test_recorded.py"} <= alone
    assert {"test_build.py", "test_guards.py", "test_pixels.py", "test_single_file.py"}.isdisjoint(alone)
    assert "\nmake test-bare\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
