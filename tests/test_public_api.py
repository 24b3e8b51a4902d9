"""The public API is what `__all__` says: reachable, typed, documented to the last argument, and cheap to import."""

import doctest
import importlib.metadata
import importlib.resources
import inspect
import pkgutil
import re
import subprocess
import sys
import textwrap
import typing
from pathlib import Path

import pytest

import convbook

MODULES = [
    importlib.import_module(name)
    for name in sorted(
        m.name for m in pkgutil.iter_modules(convbook.__path__, "convbook.") if m.name != "convbook.figures"
    )
]
NAMESPACES = [module for module in MODULES if hasattr(module, "__all__")]


def public():
    """List public path and object: the package's names, and those of the modules that have a list of their own."""
    found = {}
    for module in (convbook, *NAMESPACES):
        for name in module.__all__:
            value = getattr(module, name)
            if not inspect.ismodule(value) and all(value is not known for known in found.values()):
                found[f"{module.__name__}.{name}"] = value
    return found


PUBLIC = public()
FUNCTIONS = {path: value for path, value in PUBLIC.items() if inspect.isfunction(value)}


def sections(value):
    """Split a docstring at its underlined headings."""
    text = inspect.getdoc(value)
    parts = re.split(r"^(\w[\w ]*)\n-+\n", text, flags=re.M)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def described(section):
    """List the names that a section of parameters describes, in order."""
    return [name for line in re.findall(r"^\*{0,2}(\w[\w, *]*?)(?: :.*)?$", section, re.M) for name in line.split(", ")]


@pytest.mark.parametrize("module", [convbook, *NAMESPACES], ids=lambda module: module.__name__)
def test_lists_of_public_names_hold_each_name_once_and_only_what_exists(module):
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert [name for name in module.__all__ if name.startswith("_")] == []


def test_everything_public_that_the_package_defines_is_listed():
    shown = {name for name in vars(convbook) if not name.startswith("_")}
    hidden = {module.__name__.rpartition(".")[2] for module in MODULES} | {"figures"}
    assert shown - hidden == set(convbook.__all__) - hidden


@pytest.mark.parametrize("module", NAMESPACES, ids=lambda module: module.__name__)
def test_a_namespace_lists_all_functions_and_classes_that_it_defines_and_they_are_reachable_from_the_package(module):
    defined = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    }
    assert defined == set(module.__all__)
    assert getattr(convbook, module.__name__.rpartition(".")[2]) is module


def test_no_module_is_named_like_a_public_function():
    assert {module.__name__.rpartition(".")[2] for module in MODULES}.isdisjoint(
        path.rpartition(".")[2] for path in FUNCTIONS
    )


def test_there_are_no_aliases():
    values = [getattr(convbook, name) for name in convbook.__all__]
    assert len({id(value) for value in values}) == len(values)


@pytest.mark.parametrize("path", FUNCTIONS)
def test_docstrings_have_a_summary_a_formula_in_words_and_all_sections_in_order(path):
    parts = sections(FUNCTIONS[path])
    summary = parts[""].partition("\n")[0]
    assert summary.endswith(".")
    assert len(summary) <= 110
    if inspect.signature(FUNCTIONS[path]).parameters:
        assert ".. math::" in parts[""]
        assert list(parts)[1:2] == ["Parameters"]
        assert "Raises" in parts
    order = ["", "Parameters", "Returns", "Raises", "See Also", "Notes", "Examples"]
    assert [name for name in order if name in parts] == list(parts)
    assert {"Returns", "Examples"} <= set(parts)


@pytest.mark.parametrize("path", FUNCTIONS)
def test_docstrings_describe_every_parameter_once_and_no_other(path):
    parameters = inspect.signature(FUNCTIONS[path]).parameters
    assert sorted(described(sections(FUNCTIONS[path]).get("Parameters", ""))) == sorted(parameters)


def in_one_line(text):
    return re.sub(r"\s+", " ", re.sub(r":math:`.*?` ?", "", text))


DILATED = {path: f for path, f in FUNCTIONS.items() if "dilation" in inspect.signature(f).parameters}


@pytest.mark.parametrize("path", DILATED)
def test_dilation_is_the_distance_between_neighboring_taps_in_every_docstring(path):
    parameters = sections(DILATED[path])["Parameters"]
    entry = re.search(r"^[\w, ]*\bdilation\b.*\n((?: .*\n?)+)", parameters, re.M)
    # an entry that refers to the same arguments of another function leaves the words to it
    assert re.search(r"\bdistance between neighboring taps\b|:py:func:|\bThose of\b", in_one_line(entry[1]))
    assert not re.search(r"\bgaps?\b", in_one_line(parameters))


def test_dilation_is_the_distance_between_neighboring_taps_in_glossary_and_notation():
    appendices = Path(__file__).parents[1] / "docs" / "appendices"
    glossary = re.search(r"^dilation\n((?: .*\n)+)", (appendices / "glossary.md").read_text(encoding="utf-8"), re.M)
    notation = (appendices / "notation.md").read_text(encoding="utf-8")
    convention = notation[notation.index("### Dilation 1 is dense") :].partition("```")[0]
    for text in (glossary[1], convention):
        said = re.sub(r"\{term\}`(.*?)(?: <.*?>)?`", r"\1", text).replace("$d$ ", "")
        assert "distance between neighboring taps" in in_one_line(said)


@pytest.mark.parametrize("path", FUNCTIONS)
def test_every_argument_and_result_has_a_type(path):
    signature = inspect.signature(FUNCTIONS[path])
    hints = typing.get_type_hints(FUNCTIONS[path])
    assert set(hints) == {*signature.parameters, "return"}


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_name_has_a_doctest_that_imports_it_as_a_reader_would(path):
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(PUBLIC[path]))
    module, _, name = path.rpartition(".")
    code = "".join(example.source for example in examples)
    assert any(example.want for example in examples)
    assert re.search(rf"^(from {re.escape(module)} import .*\b{name}\b|import convbook\b)", code, re.M)
    assert re.search(rf"(?<!import )\b{name}\b", code)


@pytest.mark.parametrize("path", FUNCTIONS)
def test_an_unknown_keyword_or_a_positional_option_is_refused(path):
    function = FUNCTIONS[path]
    with pytest.raises(TypeError):
        function(no_such_argument=1)
    positional = [
        p for p in inspect.signature(function).parameters.values() if p.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    with pytest.raises(TypeError, match="positional argument"):
        function(*[None] * (len(positional) + 1))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_says_in_its_first_line_what_is_inside(module):
    first = inspect.getdoc(module).partition("\n")[0]
    assert len(first) > 20
    assert first.endswith((".", "?"))


def test_importing_the_package_loads_numpy_and_nothing_heavier():
    program = textwrap.dedent(
        """
        import sys, numpy
        before = set(sys.modules)
        import convbook
        convbook.convolve([1, 2], [3, 4])
        new = {name.partition(".")[0] for name in set(sys.modules) - before}
        print(sorted(new & {"scipy", "matplotlib", "IPython", "sklearn", "torch"}), "convbook.kernels" in sys.modules)
        """
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["[]", "True"]


def test_the_version_is_that_of_the_installed_package_which_has_types():
    assert importlib.metadata.version("convbook") == convbook.__version__
    assert importlib.resources.files("convbook").joinpath("py.typed").is_file()
