"""The book's own configuration for a book of four pages; only what dresses the pages is left out."""

import os
import runpy
from pathlib import Path

THE_BOOK = Path(os.environ["CONVBOOK_ROOT"])
globals().update({k: v for k, v in runpy.run_path(str(THE_BOOK / "conf.py")).items() if not k.startswith("_")})
CHECKS = {"myst_nb", "execution", "unmended", "static_math", "boxes", "exercises", "svg"}
extensions = [name for name in extensions if name in CHECKS]  # noqa: F821
assert len(extensions) == len(CHECKS)

html_theme = "basic"
html_static_path = []
templates_path = []
html_sidebars = {}
html_favicon = None
pygments_style = "default"
