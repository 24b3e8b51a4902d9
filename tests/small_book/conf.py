"""The book's own configuration for a book of four pages; only what dresses the pages is left out."""

import os
import runpy
from pathlib import Path

THE_BOOK = Path(os.environ["CONVBOOK_ROOT"])
globals().update({k: v for k, v in runpy.run_path(str(THE_BOOK / "conf.py")).items() if not k.startswith("_")})
CHECKS = ("execution.build", "page.seals", "execution.open_faults", "page.math", "page.boxes", "page.exercises")
CHECKS += ("page.figures",)
extensions = ["myst_nb", *(f"book.{name}" for name in CHECKS)]

html_theme = "basic"
html_static_path = []
templates_path = []
html_sidebars = {}
html_favicon = None
pygments_style = "default"
