"""What several processes write at the same time: builds of one folder, and readers beside them."""

import ast
import multiprocessing
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from book import ROOT, files
from book.downloads import serve
from book.execution import build, open_faults
from book.reference import inventories

FORK = multiprocessing.get_context("fork")


def app_in(folder: Path) -> SimpleNamespace:
    found = {"page"}
    return SimpleNamespace(
        outdir=folder / "html", doctreedir=folder / "doctrees", env=SimpleNamespace(found_docs=found)
    )


def write_zip(folder: Path) -> None:
    (folder / "site").mkdir(parents=True, exist_ok=True)
    (folder / "site" / "page.html").write_text("a page", encoding="utf-8")
    serve.build_zip(folder / "site", folder / "site" / "downloads" / "all.zip")


def write_inventories(folder: Path) -> None:
    inventories.mapping(folder)


def write_open_faults(folder: Path) -> None:
    open_faults._note(app_in(folder), {"page"}, set())


def write_settings(folder: Path) -> None:
    build.prepare_kernels(app_in(folder))


WRITERS = [write_zip, write_inventories, write_open_faults, write_settings]


# Two at a time ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
def test_another_process_may_write_the_same_file_at_any_moment(
    writer: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each file of the first takes its place, another does all of its work."""
    monkeypatch.setattr(inventories, "inventory", lambda package, version: f"{package} {version}".encode())
    monkeypatch.setattr(inventories, "SITES", dict.fromkeys(["python"], inventories.SITES["python"]))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    replace, others = Path.replace, []

    def replace_after_another(self: Path, target: Path) -> Path:
        if not others:
            others.append(FORK.Process(target=writer, args=(tmp_path,)))
            others[0].start()
            others[0].join()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_after_another)
    writer(tmp_path)
    assert [other.exitcode for other in others] == [0]
    left = [path.name for path in tmp_path.rglob("*") if ".part" in path.name]
    assert left == []


def test_a_reader_sees_the_old_file_or_the_new_one_but_never_a_part(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    contents = [letter.encode() * 2_000_000 for letter in "ab"]
    files.write(path, contents[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            content = path.read_bytes()
            seen.add(content[:1] + content[-1:] + str(len(content)).encode())

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(100):
        files.write(path, contents[n % 2])
    done.set()
    reader.join()
    assert seen <= {b"aa2000000", b"bb2000000"}


def test_a_file_that_is_what_it_should_be_is_not_touched(tmp_path: Path) -> None:
    files.write(tmp_path / "new" / "file", b"text")
    before = (tmp_path / "new" / "file").stat()
    files.write(tmp_path / "new" / "file", b"text")
    assert (tmp_path / "new" / "file").stat() == before
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "plain").stat().st_mode == before.st_mode, "others may read it, too"


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    files.write(tmp_path / "file", b"old")

    def cut_off() -> None:
        with files.replacing(tmp_path / "file") as part:
            part.write_bytes(b"half")
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        cut_off()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def test_the_zip_holds_no_file_that_another_process_is_writing(tmp_path: Path) -> None:
    write_zip(tmp_path)
    (tmp_path / "site" / "new.html").write_text("new", encoding="utf-8")
    with files.replacing(tmp_path / "site" / "downloads" / "all.zip") as part:
        part.write_bytes(b"half of a zip")
        write_zip(tmp_path)
        with zipfile.ZipFile(tmp_path / "site" / "downloads" / "all.zip") as packed:
            assert packed.namelist() == ["all/new.html", "all/page.html"]


def test_a_stamp_holds_as_long_as_the_sources_and_what_was_made_of_them_do(tmp_path: Path) -> None:
    page, other = tmp_path / "page", tmp_path / "other"
    page.write_text("made", encoding="utf-8")
    stamp = files.Stamp(tmp_path / "stamp.json")
    assert not stamp.is_current("sources")
    stamp.note("sources", [page])
    assert stamp.is_current("sources")
    assert stamp.is_current("sources", [page])
    assert not stamp.is_current("sources", [page, other])
    assert not stamp.is_current("other sources")
    page.write_text("made otherwise", encoding="utf-8")
    assert not stamp.is_current("sources")
    page.write_text("made", encoding="utf-8")
    assert stamp.is_current("sources")
    noted = stamp.path.read_text(encoding="utf-8")
    for damaged in (noted[:-9], "", "[]", "{}"):
        stamp.path.write_text(damaged, encoding="utf-8")
        assert not stamp.is_current("sources")
    stamp.path.write_text(noted, encoding="utf-8")
    page.unlink()
    assert not stamp.is_current("sources")


#: What writes a file, by the name of a function or method.
WRITE = {"write_text", "write_bytes", "copy", "copy2", "copyfile", "copytree", "move", "rename", "replace"}


def test_what_an_earlier_build_served_and_nobody_offers_any_more_is_taken_away_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "others.wav").touch()
    files.serve(tmp_path, {"page/one.wav": b"1", "page/two.wav": b"2", "gone/three.wav": b"3"}, ".sounds")
    files.serve(tmp_path, {"page/two.wav": b"22"}, ".sounds")
    assert sorted(path.name for path in (tmp_path / "page").iterdir()) == ["others.wav", "two.wav"]
    assert (tmp_path / "page" / "two.wav").read_bytes() == b"22"
    assert not (tmp_path / "gone").exists()
    (tmp_path / "page" / "two.wav").unlink()
    files.serve(tmp_path, {"page/two.wav": b"22"}, ".sounds")
    assert (tmp_path / "page" / "two.wav").exists(), "what somebody removed is written again"


def test_no_extension_writes_a_file_in_another_way() -> None:
    """Only `files` does, and whoever builds in a temporary folder of its own."""
    found = set()
    for path in sorted((ROOT / "docs" / "_ext").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            name, receiver = node.func.attr, ast.unparse(node.func.value)
            texts = name == "replace" and (len(node.args) > 1 or receiver == "dataclasses")
            opens = name == "open" and any("w" in ast.unparse(argument) for argument in node.args)
            copies = name.startswith("copy") and receiver != "shutil"
            if (name in WRITE and not (texts or copies)) or opens:
                found.add((path.name, f"{receiver}.{name}"))
    sources = {("serve.py", "shutil.copytree"), ("serve.py", "shutil.copy")}  # the sources of the wheel
    assert found == sources | {("files.py", "part.replace"), ("files.py", "part.write_bytes")}


# conf.py ----------------------------------------------------------------------------------------------------------
def test_reading_conf_py_writes_nothing(tmp_path: Path) -> None:
    for name in ("conf.py", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "_ext").symlink_to(ROOT / "docs" / "_ext")
    before = sorted(tmp_path.rglob("*"))
    code = "import runpy, sys; runpy.run_path('conf.py'); print(*(m for m in sys.modules if 'inventories' in m))"
    run = subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
    assert sorted(tmp_path.rglob("*")) == before
