"""The pixels of figures: stored once more without loss, and the large ones in files beside the page.

A page is seen when all of it has come, and whatever lies inside it delays that. A photograph is not needed for the
first sight of a page, so it is a file, ``_images/<digest>.webp``; what is smaller than a request stays inside.
"""

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from book.files import write

#: From this number of bytes on, pixels are a file.
LARGE = 700
FOLDER = "_images"
ADDRESS = re.compile(rf'href="[./]*{FOLDER}/([0-9a-f]{{16}}\.webp)"')


def slim(uri: str) -> str:
    """Store the pixels of an embedded PNG once more, without loss, in the format that needs half the bytes."""
    kind, _, data = uri.partition(",")
    if kind != "data:image/png;base64":
        return uri
    file = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        image.convert("RGBA").save(file, "WEBP", lossless=True, quality=100, method=6, exact=True)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def beside(uri: str, site: Path, page: str) -> str:
    """Return what the figure of a page names: the pixels themselves, or the address of the file that has them."""
    kind, _, data = slim(uri).partition(",")
    content = base64.b64decode(data) if kind == "data:image/webp;base64" else b""
    if len(content) < LARGE:
        return f"{kind},{data}"
    name = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:16]}.webp"
    write(site / name, content)
    return relative_uri(page, name)


def _named(site: Path) -> Iterator[str]:
    for page in site.rglob("*.html"):
        yield from ADDRESS.findall(page.read_text(encoding="utf-8"))


def sweep(app: Sphinx, exception: Exception | None) -> None:
    """Take away the files that no page names any more."""
    if exception or app.builder.format != "html" or app.builder.name == "epub":
        return
    site = Path(app.outdir)
    stored = {path.name: path for path in (site / FOLDER).glob("*.webp") if re.fullmatch(r"[0-9a-f]{16}", path.stem)}
    for name in stored.keys() - set(_named(site) if stored else ()):
        stored[name].unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", sweep)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
