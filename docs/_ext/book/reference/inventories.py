"""Inventories for intersphinx, made from the installed packages: nothing is fetched.

A name is listed only if the package really has it, so a misspelt reference still warns. What a package cannot tell
is the address of each page: `PAGES` holds the patterns by which the sites name them, the most special one first.
"""

import builtins
import importlib
import inspect
import zlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from book.files import write

#: package -> (address of its site, {name or name*: page}, modules whose public names are listed); ``$`` is the name.
SITES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "python": (
        "https://docs.python.org/3/",
        {
            "collections.abc.*": "library/collections.abc.html",
            "dataclasses.*": "library/dataclasses.html",
            "fractions.*": "library/fractions.html",
            "functools.*": "library/functools.html",
            "itertools.*": "library/itertools.html",
            "math.*": "library/math.html",
            "pathlib.*": "library/pathlib.html",
            "timeit.*": "library/timeit.html",
            "typing.*": "library/typing.html",
        },
        ("collections.abc", "dataclasses", "fractions", "functools", "itertools", "math", "timeit", "typing"),
    ),
    "numpy": (
        "https://numpy.org/doc/stable/",
        {
            "numpy.typing.*": "reference/typing.html",
            "numpy.random.Generator": "reference/random/generator.html",
            "numpy.random.default_rng": "reference/random/generator.html",
            "numpy.random.*": "reference/random/generated/$.html",
            "numpy.*": "reference/generated/$.html",
        },
        (
            "numpy",
            "numpy.fft",
            "numpy.lib.stride_tricks",
            "numpy.linalg",
            "numpy.random",
            "numpy.testing",
            "numpy.typing",
        ),
    ),
    "scipy": (
        "https://docs.scipy.org/doc/scipy/",
        {"scipy.*": "reference/generated/$.html"},
        ("scipy.fft", "scipy.linalg", "scipy.ndimage", "scipy.signal", "scipy.signal.windows", "scipy.sparse"),
    ),
    "matplotlib": (
        "https://matplotlib.org/stable/",
        {"matplotlib.*": "api/_as_gen/$.html"},
        ("matplotlib.axes", "matplotlib.figure", "matplotlib.pyplot"),
    ),
    "scikit-learn": (
        "https://scikit-learn.org/stable/",
        {"sklearn.*": "modules/generated/$.html"},
        ("sklearn.datasets",),
    ),
}

#: Entries of the sites' glossaries, which no module knows.
TERMS = {"numpy": {"array_like": "glossary.html#term-array_like"}}

#: Built-in types that are described with the functions; the others are on the page of types.
_WITH_FUNCTIONS = {"bool", "complex", "float", "int", "object", "property", "slice", "super", "type"}


def _page(name: str, obj: object, pages: dict[str, str]) -> str:
    """Choose the page on which `name` is described."""
    import numpy as np

    if name.startswith("numpy.") and name.count(".") == 1:
        if inspect.isclass(obj) and issubclass(obj, np.generic):
            return "reference/arrays.scalars.html"
        if isinstance(obj, float):  # numpy.pi
            return "reference/constants.html"
    for pattern, page in pages.items():
        if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1])):
            return page.replace("$", name)
    raise KeyError(name)


def _role(obj: object) -> str:
    if inspect.isclass(obj):
        return "exception" if issubclass(obj, BaseException) else "class"
    return "function" if callable(obj) else "data"


def _entries(modules: tuple[str, ...], pages: dict[str, str]) -> Iterator[str]:
    """Write one line a public name, and one for each public member of a class."""
    for module_name in modules:
        module = importlib.import_module(module_name)
        for name in getattr(module, "__all__", None) or dir(module):
            obj = getattr(module, name, None)
            if name.startswith("_") or obj is None or inspect.ismodule(obj):
                continue
            full = f"{module_name}.{name}"
            # An alias such as numpy.typing.ArrayLike is written where a class could be: in annotations.
            role = "class" if module_name in ("numpy.typing", "typing") else _role(obj)
            yield f"{full} py:{role} 1 {_page(full, obj, pages)}#$ -"
            for member in dir(obj) if inspect.isclass(obj) else ():
                if not member.startswith("_"):
                    inner = f"{full}.{member}"
                    kind = "method" if callable(getattr(obj, member, None)) else "attribute"
                    yield f"{inner} py:{kind} 1 {_page(inner, None, pages)}#$ -"


def _builtins() -> Iterator[str]:
    """List Python's own types, functions and exceptions."""
    for name, obj in vars(builtins).items():
        if name.startswith("_") or not callable(obj):
            continue
        role = _role(obj)
        page = "functions" if role == "function" or name in _WITH_FUNCTIONS else "stdtypes"
        yield f"{name} py:{role} 1 library/{'exceptions' if role == 'exception' else page}.html#$ -"
    for name in ("None", "True", "False"):
        yield f"{name} py:data 1 library/constants.html#$ -"


def inventory(package: str, version: str) -> bytes:
    """Make the inventory of one package, in Sphinx's format (version 2)."""
    _, pages, modules = SITES[package]
    lines = set(_entries(modules, pages))
    if package == "python":
        lines.update(_builtins())
    lines.update(f"{term} std:term -1 {page} -" for term, page in TERMS.get(package, {}).items())
    head = f"# Sphinx inventory version 2\n# Project: {package}\n# Version: {version}\n"
    head += "# The remainder of this file is compressed using zlib.\n"
    return head.encode() + zlib.compress("".join(f"{line}\n" for line in sorted(lines)).encode(), 9)


def mapping(folder: Path) -> dict[str, tuple[str, str]]:
    """Write the inventories into `folder`, unless they are there; return an ``intersphinx_mapping``."""
    rules = zlib.crc32(Path(__file__).read_bytes())  # importing the packages takes seconds: once for each version
    found = {}
    for package, (site, *_) in SITES.items():
        version = "3" if package == "python" else metadata.version(package)
        path = folder / f"{package}-{version}-{rules:08x}.inv"
        if not path.exists():
            write(path, inventory(package, version))
        found[package] = (site, str(path))
    return found


def map_sites(app: Sphinx, config: Config) -> None:
    config.intersphinx_mapping = mapping(Path(app.confdir) / "_build" / "inventories")


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinx.ext.intersphinx")
    app.connect("config-inited", map_sites, priority=700)  # intersphinx reads the mapping at 800
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
