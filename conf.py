"""The Sphinx configuration of the book; `make html` runs it. The extensions of our own live in docs/_ext/book."""

import os
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

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
    "notfound.extension",
    "book",  # our own, in docs/_ext/book: it says which, and in which order
]
exclude_patterns = ["_assets", "_ext", "_ipython", "_static", "_theme"]
nitpicky = True
numfig = True
math_numfig = True
math_eqref_format = "({number})"
bibtex_bibfiles = ["docs/references.bib"]
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_dmath_double_inline = True

# Execution --------------------------------------------------------------------------------------------------
# docs/_ext/book/execution runs a chapter when what its outputs depend on has changed, the library included. MyST-NB's
# own cache does not know the library, and would keep the old numbers of a changed function on the page.
nb_execution_mode = "force"
nb_execution_timeout = 60  # seconds for one cell; a whole chapter should take less than 10

# The pages --------------------------------------------------------------------------------------------------
html_theme = "convbook"  # Furo, dressed
html_theme_path = ["docs/_theme"]
pygments_style = "book.page.code_style.Light"
pygments_dark_style = "book.page.code_style.Dark"
html_title = "convbook"
html_favicon = "docs/_static/favicon.svg"
html_static_path = ["docs/_static"]
html_permalinks_icon = "#"
html_secnumber_suffix = " "
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
language = "en"
html_math_renderer = "katex"
numfig_format = {"figure": "Figure %s", "table": "Table %s", "code-block": "Listing %s", "section": "Chapter %s"}
# Cells, but not the copies under them: those have buttons of their own.
copybutton_selector = ".cell_input > [class*=highlight-] pre, div.highlight-python pre, div.highlight-console pre"
# Pages that no person wrote describe themselves by their first sentence.
description_exempt = ["api/"]
# The page for a wrong address is served at any depth: its links begin at the root of the site.
notfound_urls_prefix = urlsplit(html_baseurl).path.rstrip("/") + "/"
notfound_context = {
    "title": "Page not found",
    "body": f"""<h1>Page not found</h1>
<p>Nothing lies at this address. The <a class="reference internal" href="{notfound_urls_prefix}">front page</a> lists
every chapter; the <a class="reference internal" href="{notfound_urls_prefix}search.html">search</a> and the
<a class="reference internal" href="{notfound_urls_prefix}genindex.html">index</a> find a word.</p>""",
}
if html_baseurl:
    extensions += ["sphinx_sitemap", "sphinxext.opengraph"]
    sitemap_url_scheme = "{link}"
    ogp_site_url = html_baseurl
    ogp_social_cards = {"enable": False}

# The API reference ------------------------------------------------------------------------------------------
# autodoc2 reads the library without importing it; docs/_ext/book/reference writes the pages beside docs/api/index.md.
# Those that are skipped are the book's own drawings, which nobody calls.
autodoc2_skip_module_regexes = [r"convbook\.figures.*"]
autodoc2_hidden_objects = ["undoc", "dunder", "private", "inherited"]
autodoc2_class_docstring = "both"  # "merge" leaves an empty heading where __init__ has no docstring
autodoc2_class_inheritance = False
# The pages in the order of the table of contents, with their titles; other modules follow.
api_rooms = {
    "signal": "Signals",
    "convolution": "Convolution layers",
    "pooling": "Pooling layers",
    "windows": "Padding and windows",
    "shapes": "Sizes and shapes",
    "kernels": "Kernels",
    "matrices": "Convolution as a matrix",
    "properties": "Properties, measured",
    "definitions": "The definitions",
    "algorithms": "Algorithms",
    "nn": "A small network",
    "images": "Pictures",
}
html_domain_indices = False  # api/index.html lists the modules
default_role = "literal"  # `x` in a docstring names an argument
maximum_signature_line_length = 72  # longer ones have one parameter a line
toc_object_entries_show_parents = "hide"
copybutton_selector += ", div.doctest pre, div.highlight-pycon pre"  # doctests: their inputs, without the prompts
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
