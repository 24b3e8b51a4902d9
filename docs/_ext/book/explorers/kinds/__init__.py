"""The kinds of explorers, one module each."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from book.explorers.values import Kind

#: name -> kind; the names are those of the modules.
KINDS: Mapping[str, Kind] = {
    module.name: import_module(f"{__name__}.{module.name}").KIND for module in pkgutil.iter_modules(__path__)
}
