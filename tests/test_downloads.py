"""What the site serves beside its pages: chapters as notebooks and scripts, the wheel, the site as one zip."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.utils import new_document
from nbclient import NotebookClient
from small_site import ROOT, Site

from book import snippets
from book.downloads import plain_markdown, serve, single_file
from book.execution import chapters, guards
from book.execution.session import Session
from book.snippets.slicer import Page

CHAPTERS = [
    path
    for path in sorted((ROOT / "docs").glob("*/*.md"))
    if not path.parent.name.startswith("_") and chapters.is_chapter(path)
]


def texts(site: Site) -> str:
    book = nbformat.read(site.file("part/first.ipynb"), as_version=4)
    return "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


# Notebooks ----------------------------------------------------------------------------------------------------
def test_the_notebook_runs_from_top_to_bottom_in_plain_jupyter_and_shows_the_same(site: Site, tmp_path: Path) -> None:
    book = nbformat.read(shutil.copy(site.file("part/first.ipynb"), tmp_path), as_version=4)
    before = [guards.shown(cell.outputs) for cell in book.cells if cell.cell_type == "code"]
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path / "ipython")}
    with client.setup_kernel(env=environment):
        client.reset_execution_trackers()
        for index, cell in enumerate(book.cells):
            client.execute_cell(cell, index)
    after = [guards.shown(cell.outputs) for cell in book.cells if cell.cell_type == "code"]
    assert [bool(text) for text in before].count(True) >= 4
    assert after == before


def test_the_notebook_is_valid_and_holds_nothing_that_only_the_book_understands(site: Site) -> None:
    text = site.file("part/first.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    nbformat.validate(book)
    assert not re.search(r"expect|glue|papermill|scrapbook|mystnb|remove-cell|:::|\{(code-cell|numref|eq)|/tmp/", text)
    assert all(set(cell["metadata"]) <= {"jupyter", "tags"} for cell in book["cells"])
    tags = [tag for cell in book["cells"] for tag in cell["metadata"].get("tags", [])]
    assert tags == ["raises-exception"]
    assert sum(cell["metadata"].get("jupyter", {}).get("source_hidden", False) for cell in book["cells"]) == 1


def test_what_shown_cells_need_of_hidden_ones_comes_along_and_no_more(site: Site) -> None:
    book = nbformat.read(site.file("part/first.ipynb"), as_version=4)
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    assert "hidden = 4" in code
    assert "glue" not in code


def test_links_are_kept_where_the_address_of_the_site_is_known() -> None:
    def written(base: str) -> list[str | int]:
        document = new_document("page")
        link = nodes.reference("", "", nodes.literal("", "conv"), refuri="../api/convolution.html#conv")
        other = nodes.reference("", "a text", refuri="https://example.org/")
        document += nodes.paragraph("", "", link, nodes.Text(", "), other)
        return plain_markdown.cells(document, {}, base)

    assert written("") == ["`conv`, [a text](https://example.org/)"]
    known = "[`conv`](https://book.example/v1/api/convolution.html#conv), [a text](https://example.org/)"
    assert written("https://book.example/v1/part/page.html") == [known]


def test_the_words_of_a_notebook_are_readable_without_sphinx(site: Site) -> None:
    text = texts(site)
    assert r"What is $x \mathbin{\ast} h$? See Figure 1.1, (1.1) and the other." in text
    assert r"$$\begin{aligned}y &= a \\ &= b\end{aligned} \tag{1.1}$$" in text
    assert r"It costs 2 \* 3 signs, and \$5 or `a|b`." in text
    assert "The number is 4." in text
    assert "| sign | meaning |\n| --- | --- |\n| $\\lvert x \\rvert$ | size |" in text
    assert "> **Pitfall · It fails**\n>\n> Such things happen." in text
    assert "**Figure 1.1.** Two points." in text
    assert "**Exercise 1.1 · Double**\n\nWhat is twice?\n\n**Solution**\n\nTwice is `2 * x`." in text
    assert text.startswith("# First\n\nFrom convbook ")


# Scripts ------------------------------------------------------------------------------------------------------
def test_the_script_runs_in_an_empty_folder_and_prints_what_the_page_says(site: Site, tmp_path: Path) -> None:
    script = shutil.copy(site.file("part/first.py"), tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    command = [sys.executable, "-W", "ignore", script]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "3\nValueError: too small\n"


def test_the_script_shows_words_and_outputs_as_comments_and_its_figures_at_the_end(site: Site) -> None:
    text = site.file("part/first.py").read_text(encoding="utf-8")
    assert "# It costs 2 * 3 signs, and $5 or `a|b`.\n" in text
    assert "add(2, 3)\n#> 5\n" in text
    assert "#> array([2, 4])\n" in text
    assert text.endswith("plt.show()\n")


# Every chapter of the book ------------------------------------------------------------------------------------
def test_no_shown_cell_of_the_book_fails_without_what_is_left_out_of_the_hidden_ones() -> None:
    """Chapters whose hidden cells do more than glue give the same without them."""
    ran = 0
    for path in CHAPTERS:
        cells = chapters.read(path).cells
        hidden = [n for n, cell in enumerate(cells) if "remove-cell" in cell.metadata.get("tags", [])]
        if all(only_glues(cells[n].source) for n in hidden) or any(chapters.missing(cell) for cell in cells):
            continue
        ran += 1
        shown = [n for n in range(len(cells)) if n not in hidden]
        needed = snippets.hidden(Page(cells), shown)
        with Session(path.parent) as session:
            for n, cell in enumerate(cells):
                if n in needed:
                    source = chapters.Cell(path, cell.line, cell.first, cell.name, needed[n], {})
                    assert session.run(source)[1] is None
                elif n in shown:
                    faults = guards.faults(cell.metadata, session.run(cell)[0])
                    assert not faults, f"{path.stem}:{cell.line}: {faults}"
    assert ran


def only_glues(source: str) -> bool:
    return all("glue" in ast.unparse(statement) for statement in ast.parse(source).body)


# The wheel ----------------------------------------------------------------------------------------------------
def test_the_wheel_installs_without_an_index_and_is_the_library(site: Site, tmp_path: Path) -> None:
    (wheel,) = site.file("downloads").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(tmp_path / "there"), str(wheel)], check=True)
    code = "import convbook, convbook.figures; print(convbook.__file__, convbook.convolve([1, 2], [3, 4]).tolist())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "there")}
    command = [sys.executable, "-P", "-c", code]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout.split(maxsplit=1) == [f"{tmp_path}/there/convbook/__init__.py", "[3, 10, 8]\n"]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        modules = {p.relative_to(ROOT).as_posix() for p in (ROOT / "convbook").rglob("*.py")}
        assert {name for name in names if name.endswith(".py")} == modules
        assert "convbook/py.typed" in names
        assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_is_the_same_whenever_it_is_built(site: Site, tmp_path: Path) -> None:
    (wheel,) = site.file("downloads").glob("*.whl")
    serve.build_wheel(tmp_path / wheel.name)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_library_is_served_as_one_file(site: Site) -> None:
    license_text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    served = site.file("downloads/convbook.py").read_text(encoding="utf-8")
    assert served == single_file.flattened(ROOT / "convbook", license_text)


# The site -----------------------------------------------------------------------------------------------------
def test_the_zip_holds_the_whole_site_in_one_folder(site: Site, tmp_path: Path) -> None:
    (packed,) = site.file("downloads").glob("*.zip")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    served = site.contents()
    del served[f"downloads/{packed.name}"]
    assert found == served
    assert {"index.html", "part/first.ipynb", "part/first.py", "part/second.ipynb"} <= found.keys()
    assert "cookbook.ipynb" not in found, "it has no cells of its own"


def test_a_role_links_to_the_wheel_the_file_and_the_zip(site: Site) -> None:
    page = site.page("cookbook")
    (wheel,) = site.file("downloads").glob("*.whl")
    assert f'href="downloads/{wheel.name}">{wheel.name}</a>' in page
    assert 'href="downloads/convbook.py">convbook.py</a>' in page
    assert 'href="downloads/convbook-site.zip">all of it</a>' in page


def test_two_builds_in_two_folders_serve_the_same_bytes(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "elsewhere" / "deeper")
    assert other.build() == ""
    first, second = site.contents(), other.contents()
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
