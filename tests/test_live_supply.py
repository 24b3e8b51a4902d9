"""The Python that runs in a page: which packages, each by its digest, without what no cell needs."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from book.live import supply

UNUSED = re.compile(r"(?:^|/)tests/|\.h$")
FILES = {
    "one/__init__.py": "x = 1\n",
    "one/tests/test_x.py": "",
    "one/a.h": "",
    "one-1.dist-info/RECORD": "one/a.h,,\none/b.py,,\n",
}


def archive(files: dict[str, str], date: tuple[int, ...] = (2026, 1, 2, 3, 4, 6)) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, text in files.items():
            made.writestr(zipfile.ZipInfo(name, date), text)  # type: ignore[arg-type]
    return packed.getvalue()


def names(packed: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return opened.namelist()


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a distribution with two packages, of which one needs the other, and one that nobody asks for."""
    folder = tmp_path / "distribution"
    folder.mkdir()
    packages = {}
    for name, depends in {"one": [], "two": ["One", "pytz"], "three": [], "pytz": []}.items():
        wheel = archive(FILES)
        (folder / f"{name}.whl").write_bytes(wheel)
        digest = hashlib.sha256(wheel).hexdigest()
        packages[name] = {
            "name": name,
            "file_name": f"{name}.whl",
            "sha256": digest,
            "depends": depends,
            "imports": [name],
        }
    lock = {"info": {"version": "9.9", "python": "3.12"}, "packages": packages}
    (folder / supply.LOCK).write_text(json.dumps(lock))
    for name in supply.CORE:
        (folder / name).write_bytes(archive({"json.py": "", "turtle.py": ""}) if name.endswith(".zip") else b"x" * 1000)
    monkeypatch.setattr(supply, "PACKAGES", ("two",))
    return folder


def lock_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / supply.LOCK).read_text()))


def test_a_package_comes_with_what_it_needs_and_nothing_else(distribution: Path, tmp_path: Path) -> None:
    supply.from_distribution(tmp_path / "made", distribution)
    assert sorted(lock_of(tmp_path / "made")["packages"]) == ["one", "two"]
    assert lock_of(tmp_path / "made")["packages"]["two"]["depends"] == ["One"]
    made = {path.name for path in (tmp_path / "made").iterdir()}
    assert made == {"one.whl", "two.whl", supply.LOCK, *supply.CORE}


def test_the_lock_names_the_digests_and_sizes_of_what_is_served(distribution: Path, tmp_path: Path) -> None:
    supply.from_distribution(tmp_path / "made", distribution)
    lock = lock_of(tmp_path / "made")
    for entry in lock["packages"].values():
        content = (tmp_path / "made" / entry["file_name"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["bytes"] == len(content) >= entry["packed"]
    core = sum((tmp_path / "made" / name).stat().st_size for name in supply.CORE)
    assert lock["convbook"]["pyodide"] == "9.9"
    assert lock["convbook"]["core"]["bytes"] == core > lock["convbook"]["core"]["packed"]


def test_a_wheel_with_another_digest_than_pyodides_lock_names_is_refused(distribution: Path, tmp_path: Path) -> None:
    (distribution / "one.whl").write_bytes(archive(FILES | {"one/evil.py": ""}))
    with pytest.raises(
        ValueError, match=r"one\.whl has the digest [0-9a-f]{64}, but Pyodide's lock names [0-9a-f]{64}\."
    ):
        supply.from_distribution(tmp_path / "made", distribution)
    assert not (tmp_path / "made" / supply.LOCK).exists()


def test_a_slim_archive_lacks_what_is_unused_in_its_record_too() -> None:
    packed = supply.slim(archive(FILES), UNUSED)
    assert names(packed) == ["one-1.dist-info/RECORD", "one/__init__.py"]
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.read("one-1.dist-info/RECORD") == b"one/b.py,,\n"


def test_the_same_files_make_the_same_bytes_whatever_their_order_and_dates() -> None:
    other = archive(dict(reversed(FILES.items())), (1999, 1, 1, 0, 0, 0))
    assert supply.slim(archive(FILES), UNUSED) == supply.slim(other, UNUSED)


@pytest.mark.parametrize(
    ("unused", "name", "used"),
    [
        (supply.UNUSED, "numpy/_core/tests/test_umath.py", False),
        (supply.UNUSED, "numpy/_core/include/numpy/ndarraytypes.h", False),
        (supply.UNUSED, "numpy/testing/__init__.py", True),
        (supply.UNUSED, "numpy/f2py/crackfortran.py", True),
        (supply.UNUSED, "numpy/_core/_multiarray_umath.cpython-312-wasm32-emscripten.so", True),
        (supply.UNUSED, "matplotlib/mpl-data/fonts/ttf/DejaVuSans-Bold.ttf", True),
        (supply.UNUSED, "matplotlib/mpl-data/fonts/ttf/STIXGeneral.ttf", False),
        (supply.UNUSED, "matplotlib/mpl-data/sample_data/grace_hopper.jpg", True),
        (supply.UNUSED, "matplotlib/mpl-data/sample_data/topobathy.npz", False),
        (supply.UNUSED_LIBRARY, "asyncio/sslproto.py", True),
        (supply.UNUSED_LIBRARY, "xml/etree/ElementTree.py", True),
        (supply.UNUSED_LIBRARY, "xml/sax/__init__.py", False),
        (supply.UNUSED_LIBRARY, "encodings/utf_8.py", True),
        (supply.UNUSED_LIBRARY, "encodings/big5.py", False),
        (supply.UNUSED_LIBRARY, "pdb.py", False),
        (supply.UNUSED_LIBRARY, "_pyodide/_base.py", True),
    ],
)
def test_what_of_a_wheel_and_of_the_standard_library_is_used(unused: re.Pattern[str], name: str, used: bool) -> None:
    assert (unused.search(name) is None) is used


def test_where_the_packages_are_not_to_be_had_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CONVBOOK_PYODIDE", raising=False)
    monkeypatch.setattr(supply, "CORE_FOLDER", supply.ROOT / "docs" / "nowhere")
    supply.main(tmp_path / "made")
    assert capsys.readouterr().out.count("\n") == 1
    assert not (tmp_path / "made").exists()


def test_a_folder_that_is_no_distribution_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVBOOK_PYODIDE", str(tmp_path))
    with pytest.raises(ValueError, match=r"CONVBOOK_PYODIDE names .*, which has no pyodide-lock\.json"):
        supply.main(tmp_path / "made")


def test_a_folder_in_the_environment_is_taken(
    distribution: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVBOOK_PYODIDE", str(distribution))
    supply.main(tmp_path / "made")
    assert (tmp_path / "made" / supply.LOCK).is_file()


def test_a_carrier_with_another_hash_is_an_error_and_no_site_without_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "carrier-1-py3-none-any.whl"
    wheel.write_bytes(archive({"carrier-1.dist-info/METADATA": "Name: carrier\nVersion: 1\n"}))
    lock = tmp_path / "wrong.lock"
    lock.write_text(f"carrier @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(supply, "CARRIER", lock)
    with pytest.raises(ValueError, match=r"What pip has fetched is not what wrong\.lock names: "):
        supply.fetched(tmp_path / "into")
