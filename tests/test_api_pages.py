"""The reference: every public name has its place, complete, linked both ways, and the same in every build."""

import ast
import html
import importlib
import inspect
import json
import pkgutil
import re
import zlib
from pathlib import Path
from types import ModuleType

import pytest
import small_site
from site_builds import Site

import convbook
from book import ROOT
from book.execution.chapters import read
from book.reference import docstrings, inventories, usage
from book.snippets import function_snippet

STUB = "---\nmyst:\n  html_meta:\n    description: A page of the small book.\n---\n\n{label}# {title}\n\n{body}\n"


# The public names, by import: independent of the analysis that the pages are made from ---------------------------
def public_modules() -> list[ModuleType]:
    """List the package and its modules, without those that conf.py leaves out."""
    skipped = re.search(r"autodoc2_skip_module_regexes = (\[.*?\])", (ROOT / "conf.py").read_text(encoding="utf-8"))
    assert skipped
    patterns = ast.literal_eval(skipped[1])
    names = [m.name for m in pkgutil.walk_packages(convbook.__path__, "convbook.") if "._" not in m.name]
    return [convbook, *(importlib.import_module(n) for n in names if not any(re.fullmatch(p, n) for p in patterns))]


def public_names() -> dict[str, object]:
    """Public path -> object; the shortest path of each object."""
    found: dict[str, object] = {}
    for module in public_modules():
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if not inspect.ismodule(value) and not any(value is known for known in found.values()):
                found[f"{module.__name__}.{name}"] = value
    return found


# A small book: the real reference, the pages of the small site, and chapters of one line -------------------------
def chapters(folder: Path) -> list[str]:
    """Write a page of one line in the place of each chapter; give their names."""
    names = []
    for path in sorted((ROOT / "docs").glob("*/*.md")):
        name = path.relative_to(ROOT / "docs")
        if name.parts[0].startswith("_") or name.parts[0] == "api":
            continue
        text = path.read_text(encoding="utf-8")
        title = re.search(r"^(\([\w-]+\)=\n)?# (.*)", text, re.M)
        label, words = (title[1] or "", title[2]) if title else ("", name.stem)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(STUB.format(label=label, title=words, body=""), encoding="utf-8")
        names.append(name.with_suffix("").as_posix())
    return names


class Book(Site):
    """The built reference, with the whole real configuration."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, configuration=ROOT)
        small_site.write(self.path("docs"))
        contents = ["```{toctree}", ":numbered:", "part/first", "part/second", "```", ""]
        contents += ["```{toctree}", "cookbook", *chapters(self.path("docs")), "api/index", "```"]
        self.path("docs/api").mkdir()
        self.source("api/index").write_bytes((ROOT / "docs" / "api" / "index.md").read_bytes())
        body = "\n".join([*contents, "", "{py:func}`numpy.convolve` {py:func}`convbook.corr2d`"])
        self.source("index").write_text(STUB.format(label="", title="A book", body=body), encoding="utf-8")
        self.result = self.build(processes=2)
        self.html = self.file("")
        self.search = self.file("searchindex.js").read_text(encoding="utf-8")
        self.pages = {p.name: p.read_text(encoding="utf-8") for p in sorted((self.html / "api").glob("*.html"))}

    def entry(self, name: str) -> str:
        """Cut out the description of one object, from its signature to the next of the same depth."""
        page = next(text for text in self.pages.values() if f'id="{name}"' in text)
        rest = page[page.index(f'id="{name}"') :]
        following = re.search(r'<dt class="sig [^"]*" id="(?!' + re.escape(name) + r"\.)", rest[1:])
        return rest[: following.start() + 1] if following else rest


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Build the reference once."""
    return Book(tmp_path_factory.mktemp("book"))


# The pages ------------------------------------------------------------------------------------------------------
def test_the_reference_builds_without_a_warning(book: Book) -> None:
    assert book.result.warnings == ""
    assert not book.result.failed


def test_every_public_name_has_an_anchor_on_exactly_one_page(book: Book) -> None:
    names = public_names()
    assert len(names) > 15
    anchors = [anchor for text in book.pages.values() for anchor in re.findall(r'<dt class="[^"]*" id="([^"]+)"', text)]
    assert {name: anchors.count(name) for name in names} == dict.fromkeys(names, 1)


def test_nothing_is_documented_that_cannot_be_reached(book: Book) -> None:
    for text in book.pages.values():
        for anchor in re.findall(r'<dt class="sig [^"]*" id="([^"]+)"', text):
            module, value = anchor.split("."), None
            for depth in range(len(module) - 1, 0, -1):
                try:
                    value = importlib.import_module(".".join(module[:depth]))
                except ModuleNotFoundError:
                    continue
                for part in module[depth:]:
                    value = getattr(value, part, None) or value.__annotations__[part]
                break
            assert value is not None, anchor


def test_every_function_has_its_formula_parameters_and_examples(book: Book) -> None:
    for name, value in public_names().items():
        if not inspect.isfunction(value):
            continue
        entry = book.entry(name)
        if inspect.signature(value).parameters:
            assert re.search(r"Parameters<", entry), f"{name} has no Parameters"
        assert "Examples<" in entry, f"{name} has no Examples"
        assert "highlight-pycon" in entry, f"{name} has no doctest"
        assert inspect.signature(value).parameters == {} or "katex" in entry, f"{name} has no formula"


def test_pages_have_the_addresses_that_others_link_to(book: Book) -> None:
    for page, name in [
        ("signal.html", "convbook.convolve"),
        ("definitions.html", "convbook.corr2d"),
        ("definitions.html", "convbook.definitions.convolve1d"),
        ("shapes.html", "convbook.output_size"),
        ("windows.html", "convbook.unfold"),
        ("algorithms.html", "convbook.algorithms.planner.Plan"),
    ]:
        assert f'id="{name}"' in book.pages[page]
    assert '<a class="reference internal" href="api/definitions.html#convbook.corr2d"' in (
        book.html / "index.html"
    ).read_text(encoding="utf-8")


def test_no_internal_module_has_a_page(book: Book) -> None:
    titles = re.search(r"^api_rooms = (\{.*?^\})", (ROOT / "conf.py").read_text(encoding="utf-8"), re.M | re.S)
    assert titles
    assert {name.removesuffix(".html") for name in book.pages} == {"index", *ast.literal_eval(titles[1])}


def test_signatures_show_public_paths_short_types_and_what_is_keyword_only(book: Book) -> None:
    signature = book.entry("convbook.convolve").partition("</dt>")[0]
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", signature)).split())
    assert "convbook. convolve" in shown
    assert "ArrayLike" in shown
    assert "numpy.typing" not in shown
    assert re.search(r"\* ,", shown)
    assert 'href="https://numpy.org/doc/stable/reference/typing.html#numpy.typing.ArrayLike"' in signature


def test_long_signatures_have_one_parameter_a_line_and_short_ones_none(book: Book) -> None:
    long = book.entry("convbook.output_size").partition("</dt>")[0]
    assert long.count('<span class="sig-line">') == len(inspect.signature(convbook.output_size).parameters) + 1  # and *
    assert "<dd>" not in long, "a list of definitions that defines nothing is no list"
    assert "sig-line" not in book.entry("convbook.corr2d").partition("</dt>")[0]


def test_the_source_of_a_function_is_folded_under_it_without_its_docstring(book: Book) -> None:
    entry = book.entry("convbook.corr2d")
    source = html.unescape(re.sub(r"<[^>]+>", "", entry[entry.index('<details class="api-source') :]))
    assert "def corr2d(" in source
    assert ">>>" not in source
    tree = ast.parse(source.partition("Source")[2].strip().partition("\n\n\n")[0])
    assert ast.get_docstring(tree.body[0]) is None  # type: ignore[arg-type]


def test_every_function_can_be_copied_without_the_library_or_says_why_not(book: Book) -> None:
    taken = 0
    for name in (name for name, value in public_names().items() if inspect.isfunction(value)):
        code, reason = function_snippet(name.partition(".")[2])
        entry, file = book.entry(name), book.html / "api" / f"{name.replace('.', '/')}.py"
        if code is None:
            assert html.escape(f"There is no form with NumPy only. {reason}") in entry, name
            assert not file.exists(), name
            continue
        taken += 1
        fold = entry[entry.index('<div class="copies">') : entry.index("</details></div>")]
        assert file.read_text(encoding="utf-8") == code, name
        assert html.unescape(re.sub(r"<[^>]+>", "", fold[fold.index("<pre>") :])).strip() == code.strip(), name
        assert f'href="{file.relative_to(book.html / "api").as_posix()}" download' in fold, name
    assert taken > 30


def test_every_page_describes_itself(book: Book) -> None:
    for name, text in book.pages.items():
        assert re.search(r'<meta content="[^"]{20,}" name="description"', text), name


def test_what_people_look_for_leads_to_what_exists(book: Book) -> None:
    index = (book.html / "genindex.html").read_text(encoding="utf-8")
    entries = json.loads(book.search.removeprefix("Search.setIndex(").removesuffix(")"))["indexentries"]
    table = book.pages["index.html"].partition("Looking for")[2]
    for sought, name in [("im2col", "unfold"), ("col2im", "fold"), ("conv2d", "conv"), ("max_pool2d", "max_pool")]:
        if not hasattr(convbook, name):
            assert sought not in table
            continue
        assert re.search(rf"{sought}.{{0,400}}#convbook\.{name}\"", table, re.S), sought
        assert re.search(rf"{sought}.{{0,400}}convbook\.{name}<", index, re.S), sought
        assert any(sought in key for key in entries), sought
        assert f'<code class="docutils literal notranslate"><span class="pre">{sought}' in book.entry(
            f"convbook.{name}"
        )


def test_a_build_with_no_change_writes_no_page(book: Book) -> None:
    before = book.times()
    again = book.build()
    assert again.executed == again.written == set()
    assert book.times() == before
    assert book.file("searchindex.js").read_text(encoding="utf-8") == book.search


def test_two_builds_in_two_folders_serve_the_same_bytes(book: Book, tmp_path: Path) -> None:
    other = Book(tmp_path / "elsewhere" / "deeper")
    first, second = book.contents(), other.contents()
    assert first.keys() == second.keys()
    assert {"part/first.ipynb", "api/signal.html", "searchindex.js", "downloads/convbook-site.zip"} <= first.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_misspelt_name_warns_whether_it_is_ours_or_another_library_s(book: Book) -> None:
    index = book.source("index")
    wrong = "\n".join(f"{{py:func}}`{name}`" for name in ("numpy.convolv", "convbook.convolv"))
    index.write_text(f"{index.read_text(encoding='utf-8')}\n{wrong}\n", encoding="utf-8")
    warnings = [line for line in book.build().warnings.splitlines() if "WARNING" in line]
    assert len(warnings) == 2, "\n".join(warnings)
    assert "index.md" in warnings[0]
    assert "reference target not found: numpy.convolv " in warnings[0]
    assert "reference target not found: convbook.convolv " in warnings[1]


# Which chapters use what ----------------------------------------------------------------------------------------
FRONT_MATTER = "---\nfile_format: mystnb\n---\n\n"


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("import convbook\nconvbook.conv(x, w)", {"convbook.conv"}),
        ("import convbook as cb\ncb.kernels.box(3)", {"convbook.kernels.box"}),
        ("from convbook import conv as f, pad", {"convbook.conv", "convbook.pad"}),
        ("from convbook import kernels\nkernels.box(3)", {"convbook.kernels.box"}),
        ("from convbook.definitions import corr1d", {"convbook.definitions.corr1d"}),
        ("import convbook.kernels\nconvbook.kernels.box(3)", {"convbook.kernels.box"}),
        ("import numpy\nnumpy.convolve(x, h)  # convbook.convolve", set()),
        ("%matplotlib inline\nfrom convbook import conv", {"convbook.conv"}),
    ],
)
def test_uses_are_found_in_the_code_of_the_cells(tmp_path: Path, code: str, used: set[str]) -> None:
    known = {"convbook.conv", "convbook.pad", "convbook.kernels.box", "convbook.definitions.corr1d"}
    text = f"# Title\n\n```{{code-cell}} python\n---\nexpect: |\n  1\n---\n{code}\n```\n\nconvbook.pad is prose.\n"
    path = tmp_path / "chapter.md"
    path.write_text(FRONT_MATTER + text, encoding="utf-8")
    assert usage.names(read(path), "convbook") & known == used


def test_chapters_are_named_in_the_order_of_the_contents(tmp_path: Path) -> None:
    cell = FRONT_MATTER + "```{code-cell} python\n:tags: [hide-input]\nfrom convbook import conv\n```\n"
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(cell, encoding="utf-8")
    (tmp_path / "index.md").write_text("```{toctree}\nb\na\n```\n", encoding="utf-8")
    aliases = {"convbook.conv": "convbook.conv"}
    assert usage.chapters(tmp_path, aliases, "convbook") == {"convbook.conv": ["b", "a"]}


def test_the_functions_of_a_real_chapter_name_it_under_used_in() -> None:
    aliases = {name: name for name in public_names()}
    users = usage.chapters(ROOT / "docs", aliases, "convbook")
    assert "operation/one-sum-four-pictures" in users["convbook.convolve"]


# Docstrings -----------------------------------------------------------------------------------------------------
LIBRARY = '''"""A module."""


def f(
    x,
):
    """Do it.

    Parameters
    ----------
    x, y : array_like, shape (N, *spatial)
        The signal.
    mode : {"a", "b"}

    Raises
    ------
    ValueError
        If not.

    See Also
    --------
    convbook.conv, convbook.pad : Others.

    References
    ----------
    .. [1] A book.
    """
'''


def test_each_line_of_a_docstring_keeps_its_line_in_the_source(tmp_path: Path) -> None:
    path = tmp_path / "library.py"
    path.write_text(LIBRARY, encoding="utf-8")
    node = ast.parse(LIBRARY).body[1]
    assert isinstance(node, ast.FunctionDef)
    lines = docstrings.docstring(str(path), "f", ast.get_docstring(node) or "")
    written = LIBRARY.splitlines()
    for text, number in lines:
        assert text.strip() in written[number - 1]
    rst = dict(docstrings.to_rst(lines, "convbook.f"))
    for text, number in [
        (":Parameters:", 9),
        ("    ``x``, ``y`` : :term:`array_like`\\ , shape (N, \\*spatial)", 11),
        ("        The signal.", 12),
        ("    :py:exc:`ValueError`", 17),
        ("* :py:obj:`convbook.conv`, :py:obj:`convbook.pad`: Others.", 22),
        (".. [#convbook-f-1] A book.", 26),
    ]:
        assert rst[text] == number


def test_a_type_links_the_names_it_knows_and_leaves_the_words() -> None:
    assert docstrings.link_type("shape (N, *spatial)") == docstrings.link_type(r"shape (N, \*spatial)")
    linked = docstrings.link_type('numpy.ndarray, of "same" shape x_ or *y*')
    assert linked == ':py:obj:`~numpy.ndarray`\\ , of \\ ``"same"``\\  shape x\\_ or \\*y\\*'


# Inventories ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("package", "role", "name", "page"),
    [
        ("numpy", "py:function", "numpy.convolve", "reference/generated/numpy.convolve.html"),
        ("numpy", "py:class", "numpy.ndarray", "reference/generated/numpy.ndarray.html"),
        ("numpy", "py:class", "numpy.float32", "reference/arrays.scalars.html"),
        ("numpy", "py:class", "numpy.typing.ArrayLike", "reference/typing.html"),
        ("numpy", "py:class", "numpy.random.Generator", "reference/random/generator.html"),
        (
            "numpy",
            "py:method",
            "numpy.random.Generator.normal",
            "reference/random/generated/numpy.random.Generator.normal.html",
        ),
        ("python", "py:exception", "ValueError", "library/exceptions.html"),
        ("python", "py:class", "tuple", "library/stdtypes.html"),
        ("python", "py:class", "int", "library/functions.html"),
        ("python", "py:class", "collections.abc.Sequence", "library/collections.abc.html"),
        ("scipy", "py:function", "scipy.signal.convolve", "reference/generated/scipy.signal.convolve.html"),
    ],
)
def test_inventories_know_the_page_of_a_name(package: str, role: str, name: str, page: str) -> None:
    lines = inventory(package)
    assert f"{name} {role} 1 {page}#$ -" in lines


def test_inventories_know_no_misspelt_name() -> None:
    assert not [line for line in inventory("numpy") if line.startswith("numpy.convolv ")]


def inventory(package: str) -> list[str]:
    """Read the lines of the inventory that the build uses."""
    location = inventories.mapping(ROOT / "_build" / "inventories")[package][1]
    content = Path(location).read_bytes()
    return zlib.decompress(content.split(b"zlib.\n", 1)[1]).decode().splitlines()
