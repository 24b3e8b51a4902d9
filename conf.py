"""The Sphinx configuration of the book; `make html` runs it. The extensions of our own live in docs/_ext."""

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Project ----------------------------------------------------------------------------------------------------
project = PROJECT["name"]
author = "The convbook authors"
project_copyright = "2026, the convbook authors"
version = release = PROJECT["version"]
# Where the site will be served; without it no page names an address of its own.
html_baseurl = os.environ.get("CONVBOOK_URL", "")

# Sources and extensions -------------------------------------------------------------------------------------
extensions = [
    "myst_nb",
    "sphinxcontrib.bibtex",
    "sphinx_copybutton",
]
exclude_patterns = ["_assets", "_ext", "_static"]
nitpicky = True
numfig = True
math_numfig = True
math_eqref_format = "({number})"
bibtex_bibfiles = ["docs/references.bib"]
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_dmath_double_inline = True

# Execution --------------------------------------------------------------------------------------------------
# "force": a chapter is executed whenever it is read. MyST-NB's own cache does not know the library, and would
# keep the old numbers of a changed function on the page.
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_show_tb = True

# The pages --------------------------------------------------------------------------------------------------
html_theme = "furo"
html_title = "convbook"
html_static_path = ["docs/_static"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
copybutton_selector = ".cell_input pre, div.highlight-python pre, div.highlight-console pre"
