"""What the pages serve from npm packages: it lies in docs/_assets/node_modules and is copied into the site."""

from pathlib import Path

from sphinx.errors import ExtensionError

from book import ROOT

MODULES = ROOT / "docs" / "_assets" / "node_modules"


def asset(name: str) -> Path:
    """Find the file `name` of an npm package, or say how to get it."""
    path = MODULES / name
    if not path.exists():
        raise ExtensionError(
            f"{path} is missing: `npm ci --prefix docs/_assets` installs the fonts and KaTeX (`make html` does)."
        )
    return path
