"""What is public in the library, under which path, and on which page: read from autodoc2's analysis, not imported.

A name is public if the ``__all__`` of the package or of a module lists it. A module of the package itself without one,
from which the package takes nothing, shows all that it defines and documents. The class of what a public function
returns is public, too. The shortest path wins: ``convbook.conv``, not ``convbook.convolution.conv``. The page of a
name, its room, is the module that defines it. Modules that are no room are in ``autodoc2_skip_module_regexes`` in
conf.py; those whose names begin with an underscore are none, either.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from autodoc2.db import Database

MEMBERS = {"class", "data", "exception", "function"}


@dataclass(frozen=True)
class Entry:
    """One public object."""

    path: str  # as a reader writes it: convbook.conv
    defined: str  # where it is written: convbook.convolution.conv
    room: str  # whose page shows it: convolution
    line: tuple[str, int]  # file and line, which order the page

    @property
    def parent(self) -> str:
        """The module under which a reader finds it."""
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]


def _exports(db: Database, module: dict[str, Any]) -> Iterator[str]:
    """Name what a module makes public."""
    if module.get("all") is not None:
        yield from module["all"]
        return
    for item in db.get_children(module["full_name"], MEMBERS):
        name = item["full_name"].rpartition(".")[2]
        if item["doc"] and not name.startswith("_"):
            yield name


def _entry(db: Database, path: str, defined: str) -> Entry:
    """Place an object in its room, at its line in its file."""
    ancestors = db.get_ancestors(defined, include_self=False)
    file = next((str(item["file_path"]) for item in ancestors if item and item.get("file_path")), "")
    line = (db.get_item(defined) or {}).get("range", (0, 0))[0]
    return Entry(path, defined, defined.split(".")[1], (file, line))


def entries(db: Database, package: str, skipped: Iterable[re.Pattern[str]] = ()) -> list[Entry]:
    """List every public object of `package` but its modules: room by room, in the order of the source."""
    modules = [item for kind in ("package", "module") for item in db.get_by_type(kind)]
    modules.sort(key=lambda item: (item["full_name"].count("."), item["full_name"]))
    found: dict[str, Entry] = {}
    for module in modules:
        own = module["full_name"]
        if "._" in own or any(pattern.fullmatch(own) for pattern in skipped):
            continue
        if module.get("all") is None and (own.count(".") > 1 or any(name.startswith(f"{own}.") for name in found)):
            continue
        for name in _exports(db, module):
            defined = _definition(db, f"{own}.{name}")
            item = db.get_item(defined)
            if item is None or item["type"] not in MEMBERS or defined in found or name.startswith("__"):
                continue
            found[defined] = _entry(db, f"{own}.{name}", defined)
    for entry in list(found.values()):  # the type of what a public function returns
        returned = str((db.get_item(entry.defined) or {}).get("return_annotation") or "")
        for name in re.findall(rf"\b{package}(?:\.\w+)+", returned):
            if db.get_type(name) == "class" and name not in found:
                found[name] = _entry(db, name, name)
    return sorted(found.values(), key=lambda entry: (entry.room, entry.line))


def _definition(db: Database, path: str) -> str:
    """Follow ``module.name`` to where it is defined, through the imports of modules."""
    while path not in db:
        module, _, name = path.rpartition(".")
        imports = (db.get_item(module) or {}).get("imports", ())
        source = next((s for s, alias in imports if (alias or s.rpartition(".")[2]) == name), path)
        if source == path:
            break
        path = source
    return path


def rooms(public: Iterable[Entry], titles: dict[str, str]) -> dict[str, list[Entry]]:
    """Group the entries by page: the pages in the order of `titles`, then those that it does not know."""
    grouped: dict[str, list[Entry]] = {}
    for entry in public:
        grouped.setdefault(entry.room, []).append(entry)
    order = {name: place for place, name in enumerate(titles)}
    return dict(sorted(grouped.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))


def aliases(public: Iterable[Entry]) -> dict[str, str]:
    """Map every dotted name by which code can reach an object to its public path."""
    return {name: entry.path for entry in public for name in (entry.defined, entry.path)}


#: What readers look for -> who does it here. Only what exists is shown.
SOUGHT = {
    "convbook.conv": ("conv1d", "conv2d", "conv3d"),
    "convbook.conv_transpose": (
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
        "fractionally strided convolution",
    ),
    "convbook.conv_vjp": ("conv1d_input", "conv2d_input", "conv2d_weight"),
    "convbook.max_pool": ("max_pool1d", "max_pool2d", "max_pool3d"),
    "convbook.avg_pool": ("avg_pool1d", "avg_pool2d", "avg_pool3d"),
    "convbook.lp_pool": ("lp_pool1d", "lp_pool2d", "lp_pool3d"),
    "convbook.adaptive_avg_pool": ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"),
    "convbook.adaptive_max_pool": ("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d"),
    "convbook.global_avg_pool": ("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"),
    "convbook.global_max_pool": ("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"),
    "convbook.max_unpool": ("max_unpool1d", "max_unpool2d", "max_unpool3d"),
    "convbook.unfold": ("im2col",),
    "convbook.fold": ("col2im",),
    "convbook.convolve": ("convolve2d", "fftconvolve", "oaconvolve"),
    "convbook.convolve_blocks": ("lfilter", "chunk", "block convolution", "streaming"),
    "convbook.correlate": ("correlate2d", "cross-correlation"),
    "convbook.normalized_correlate": ("match_template", "matchTemplate", "normxcorr2"),
    "convbook.kernels.gaussian": ("GaussianBlur",),
    "convbook.kernels.laplacian_of_gaussian": ("gaussian_laplace",),
}
