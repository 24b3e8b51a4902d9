"""The book's own configuration for a book of a few pages, without the library's reference and downloads."""

import os
import runpy
from pathlib import Path

THE_BOOK = Path(os.environ["CONVBOOK_ROOT"])
globals().update({k: v for k, v in runpy.run_path(str(THE_BOOK / "conf.py")).items() if not k.startswith("_")})
from book import EXTENSIONS  # noqa: E402  (conf.py says where it is)

LEFT_OUT = ("book", "sphinxcontrib.bibtex")
extensions = [name for name in extensions if name not in LEFT_OUT]  # noqa: F821
LEFT_OUT = ("book.reference", "book.page.search_index", "book.page.cookbook", "book.downloads")
extensions += [name for name in EXTENSIONS if not name.startswith(LEFT_OUT)]
html_static_path = [str(THE_BOOK / "docs" / "_static")]
html_favicon = str(THE_BOOK / "docs" / "_static" / "favicon.svg")
html_theme_path = [str(THE_BOOK / "docs" / "_theme")]
