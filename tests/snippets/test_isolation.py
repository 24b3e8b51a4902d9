"""The runs of the snippets are apart from each other, and from convbook where they must be."""

import json
import subprocess
import sys
from pathlib import Path

TRIALS = {
    "import without convbook": ("numpy-only", "import convbook", None, "No module named 'convbook'"),
    "a part without convbook": ("numpy-only", "from convbook.kernels import box", None, "No module named 'convbook'"),
    "import with convbook": ("standalone", "import convbook\nprint(convbook.output_size(7, 3))", "5", ""),
    "import of the single file": (
        "single-file",
        "import convbook as c\nprint(c.__file__.endswith('/convbook.py'), hasattr(c, '__path__'))",
        "True False",
        "",
    ),
    "a wrong result": ("standalone", "print(1)", "2", "does not show what its guard predicts"),
    "a value that is not printed": ("standalone", "x = 1\nx", "1", "does not show what its guard predicts"),
    "an error": ("standalone", "1 // 0", None, "The cell failed: ZeroDivisionError"),
    "an exit": ("standalone", "import sys\nprint(1)\nsys.exit(3)", "1", "The cell failed: SystemExit"),
    "a warning": ("standalone", "import warnings\nwarnings.warn('odd')", None, "wrote to the error stream"),
    "the book's settings": (
        "standalone",
        "import os, matplotlib\nprint('MATPLOTLIBRC' in os.environ, matplotlib.rcParams['image.cmap'])",
        "False viridis",
        "",
    ),
    "a figure, shown": (
        "numpy-only",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint(__name__)",
        "__main__",
        "",
    ),
    "a global": ("standalone", "import numpy as np\nnp.leak = leak = 3", None, ""),
    "the same global, later": (
        "standalone",
        "import numpy as np\nprint(hasattr(np, 'leak') or 'leak' in globals())",
        "False",
        "",
    ),
    "a crash": ("standalone", "import os\nos._exit(0)", None, "The process ended"),
}

PROGRAM = """
import json, sys
from pathlib import Path
import run_snippets
from book.execution import chapters
run_snippets.warm_up()
trials = json.loads(sys.argv[1])
jobs = []
for form, code, expect, _ in trials:
    metadata = {"expect": expect} if expect else {}
    jobs.append(run_snippets.Job("c", "s", form, chapters.Cell(Path("c.md"), 1, 1, "s", code, metadata)))
found = run_snippets.run_all(jobs, 1)
print(json.dumps([found[n] for n in range(len(jobs))]))
"""


def test_snippets_run_apart_and_without_convbook_where_they_must() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(list(TRIALS.values()))],
        cwd=Path(__file__).parent,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(run.stdout)
    for (name, (_, _, _, want)), faults in zip(TRIALS.items(), found, strict=True):
        assert bool(faults) == bool(want), (name, faults)
        assert want in "".join(faults), name
