"""A site of a few pages with the book's own settings, for the tests of what it serves and of its cookbook."""

import re
from collections.abc import Mapping
from pathlib import Path

from site_builds import ROOT, Site

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
myst: {html_meta: {description: "The first chapter."}}
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
myst: {html_meta: {description: "The second chapter."}}
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

COOKBOOK = """---
myst: {html_meta: {description: "The recipes."}}
---

# Cookbook

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

INDEX = """---
myst: {html_meta: {description: "A book of two chapters."}}
---

# A book

```{toctree}
:numbered:

part/first
part/second
```

```{toctree}
cookbook
```
"""


def write(folder: Path) -> None:
    """Write the pages into a folder, and what they read."""
    sources = {"index": INDEX, "cookbook": COOKBOOK, "part/first": FIRST, "part/second": SECOND}
    for name, text in sources.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "numbers.txt").write_text("21\n", encoding="utf-8")


def small_site(folder: Path) -> Site:
    """Write the site, with its configuration."""
    write(folder / "docs")
    (folder / "conf.py").write_text(CONF % str(ROOT / "conf.py"), encoding="utf-8")
    (folder / "convbook").symlink_to(ROOT / "convbook")
    return Site(folder)


def told_of_faults(site: Site, faults: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Plant faults in a chapter, and give the line at which the build tells of each: once, and in the expected words.

    A fault is a text and what is said of it.
    """
    source = site.source("part/second")
    planted = "".join(f"\n## Case {n}\n{text}" for n, (text, _) in enumerate(faults.values()))
    source.write_text(source.read_text(encoding="utf-8") + planted, encoding="utf-8")
    result = site.build()
    assert result.failed
    said = re.findall(r"part/second\.md:(\d+): WARNING: (?:cell \S+: )?(.*)", result.warnings)
    lines = source.read_text(encoding="utf-8").splitlines()
    found = {}
    for n, (kind, (text, message)) in enumerate(faults.items()):
        begin = lines.index(f"## Case {n}") + 1
        end = begin + text.count("\n") + 1
        here = [(int(line), words) for line, words in said if begin <= int(line) <= end]
        assert len(here) == 1, (kind, here)
        assert message in here[0][1], kind
        found[kind] = lines[here[0][0] - 1]
    assert len(said) == len(faults)
    return found
