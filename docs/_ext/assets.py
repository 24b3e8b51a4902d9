"""What the pages serve from npm packages: it lies in docs/_assets/node_modules and is copied into the site."""

from pathlib import Path

from sphinx.errors import ExtensionError

MODULES = Path(__file__).parents[1] / "_assets" / "node_modules"


def asset(name: str) -> Path:
    """Find the file `name` of an npm package, or say how to get it."""
    path = MODULES / name
    if not path.exists():
        raise ExtensionError(
            f"{path} is missing: `npm ci --prefix docs/_assets` installs the fonts and KaTeX (`make html` does)."
        )
    return path


def write(path: Path, content: bytes) -> None:
    """Write `path` unless it already has this content, so that a build with no change touches no file."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
