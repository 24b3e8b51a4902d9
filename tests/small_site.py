"""A site of a few pages with the book's own settings, for the tests of what it serves and of its cookbook."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

CONF = """
import runpy

globals().update({k: v for k, v in runpy.run_path(%r).items() if not k.startswith("_")})
from book import EXTENSIONS

LEFT_OUT = ("book.reference", "book.page.search_index", "book.page.frame")
extensions = [name for name in extensions if name not in ("book", "sphinxcontrib.bibtex")]
extensions += [name for name in EXTENSIONS if not name.startswith(LEFT_OUT)]
html_theme = "basic"
html_static_path = []
html_favicon = None
html_sidebars = {}
pygments_style = "default"
"""

FIRST = r"""---
file_format: mystnb
kernelspec: {name: python3}
---

(ch-first)=
# First

What is $x \conv h$? See {numref}`fig-line`, {eq}`eq-sum` and [the other](#ch-second).
It costs 2 * 3 signs, and $5 or `a|b`.

$$
y &= a \\
  &= b
$$ (eq-sum)

```{code-cell} python
---
name: start
expect: |
  3
---
import numpy as np

x = np.array([1, 2])
print(x.sum())
```

```{code-cell} python
---
tags: [remove-cell]
name: hidden
expect: |
  4
---
from myst_nb import glue

hidden = 4
glue("four", hidden)
unused = 5
```

The number is {glue:text}`four`.

## Table

| sign | meaning |
| ---- | ------- |
| $\lvert x \rvert$ | size |

:::{pitfall} It fails
Such things happen.
:::

```{code-cell} python
---
tags: [pitfall, raises-exception]
name: failing
expect: |
  ValueError: too small
---
raise ValueError("too small")
```

```{code-cell} python
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-line
    caption: Two points.
  image:
    alt: A line from one to two.
---
import matplotlib.pyplot as plt

plt.plot(x);
```

:::{exercise} Double
:label: ex-double
What is twice?
:::

:::{solution}
Twice is `2 * x`.
:::

```{code-cell} python
---
tags: [solution]
name: twice
expect: |
  array([2, 4])
---
np.array([hidden, 8]) // 2
```

## A recipe

:::{recipe} Add *two* numbers
By the formula {eq}`eq-sum`, in words: $a + b$.
:::

```{code-cell} python
---
tags: [recipe]
name: recipe-add
expect: |
  5
---
def add(a, b):
    return a + b


add(2, 3)
```
"""

SECOND = """---
file_format: mystnb
kernelspec: {name: python3}
reads: [../data/numbers.txt]
---

(ch-second)=
# Second

## Signs

:::{recipe} Change the sign
Of any number.
:::

```{code-cell} python
---
tags: [recipe]
name: recipe-negate
expect: |
  -5
---
import convbook

-int(convbook.convolve([5], [1])[0])
```

```{code-cell} python
---
name: the-number
expect: |
  21
---
from pathlib import Path

number = int(Path("../data/numbers.txt").read_text())
number
```

```{code-cell} python
---
name: its-double
expect: |
  [42]
---
convbook.convolve([number], [2]).tolist()
```
"""

COOKBOOK = """# Cookbook

## Sums

```{recipes}
part/first recipe-add table
```

## Differences

```{recipes}
part/second recipe-negate signs
```

Take {served}`wheel`, {served}`file` or {served}`all of it <zip>`.
"""

INDEX = """# A book

```{toctree}
:numbered:

part/first
part/second
```

```{toctree}
cookbook
```
"""


@dataclass
class Site:
    """A copy of the site that can be changed and built again."""

    folder: Path

    def __post_init__(self) -> None:
        """Write the sources."""
        part = self.folder / "docs" / "part"
        part.mkdir(parents=True)
        (self.folder / "conf.py").write_text(CONF % str(ROOT / "conf.py"), encoding="utf-8")
        (self.folder / "convbook").symlink_to(ROOT / "convbook")
        sources = {"index": INDEX, "cookbook": COOKBOOK, "part/first": FIRST, "part/second": SECOND}
        for name, text in sources.items():
            self.source(name).write_text(text, encoding="utf-8")
        (self.folder / "docs" / "data").mkdir()
        (self.folder / "docs" / "data" / "numbers.txt").write_text("21\n", encoding="utf-8")

    def source(self, name: str) -> Path:
        return self.folder / "docs" / f"{name}.md"

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands once in a source."""
        text = self.source(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        self.source(name).write_text(text.replace(old, new), encoding="utf-8")

    def build(self, builder: str = "html") -> str:
        """Build the site, in two processes as `make html` does; return what it warns of."""
        build = self.folder / "_build"
        command = [sys.executable, "-m", "sphinx", "-c", self.folder, "-b", builder, "-d", build / "doctrees", "-q"]
        command += ["-j", "2", self.folder / "docs", build / builder]
        environment = os.environ | {"NO_COLOR": "1", "CONVBOOK_URL": ""}
        run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert run.returncode == 0, run.stderr
        return run.stderr

    def file(self, name: str) -> Path:
        return self.folder / "_build" / "html" / name

    def page(self, name: str) -> str:
        return self.file(f"{name}.html").read_text(encoding="utf-8")

    def words(self, name: str) -> str:
        """Give the text of a page without its elements."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.page(name)).split())

    def written(self) -> dict[str, int]:
        """Say when each page and each download was written (Sphinx writes what lies in _static every time)."""
        site = self.folder / "_build" / "html"
        kinds = {".html", ".ipynb", ".py", ".whl", ".zip"}
        return {p.relative_to(site).as_posix(): p.stat().st_mtime_ns for p in site.rglob("*") if p.suffix in kinds}

    def contents(self) -> dict[str, bytes]:
        """Give all that the site serves."""
        site = self.folder / "_build" / "html"
        files = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*")) if p.is_file()}
        return {name: path.read_bytes() for name, path in files.items() if not path.name.startswith(".")}
