"""How a new notebook begins: NumPy's, matplotlib's and Python's settings, in a process that has run other cells.

It needs neither Sphinx nor IPython, and imports nothing that has not been imported: pages bring it to the browser, too.
"""

import os
import sys
import warnings
from typing import Any


def reset_numpy() -> None:
    """Set NumPy's own defaults, whatever it has been told before."""
    if "numpy" not in sys.modules:
        return
    import numpy as np

    np.set_printoptions(
        precision=8,
        threshold=1000,
        edgeitems=3,
        linewidth=75,
        suppress=False,
        nanstr="nan",
        infstr="inf",
        formatter=None,
        sign="-",
        floatmode="maxprec",
        legacy=False,
        **({"override_repr": None} if "override_repr" in np.get_printoptions() else {}),  # from NumPy 2.1 on
    )
    np.seterr(all="warn", under="ignore")


def reset_matplotlib() -> None:
    """Let matplotlib draw by the file that the environment names; imported later, it will find that file itself."""
    if "matplotlib" not in sys.modules:
        return
    import matplotlib

    matplotlib.rcdefaults()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a setting that an older version does not know
        matplotlib.rc_file(os.environ["MATPLOTLIBRC"])
    matplotlib.use("agg")
    close_figures()


def close_figures() -> None:
    """Close what is open, if anything has been drawn."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def reset_warnings() -> None:
    """Ignore the warnings that a kernel ignores, and no others."""
    warnings.resetwarnings()
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)


def warn_of_cells() -> None:
    """Show what concerns the code of cells, and not that figures are not shown here: a kernel would show them."""
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")


def show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
) -> None:
    """Write a warning as the book shows it: without a place."""
    sys.stderr.write(f"{category.__name__}: {message}\n")
