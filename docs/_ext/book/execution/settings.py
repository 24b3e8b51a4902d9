"""What all chapters are run with, in a kernel or in this process."""

from book import ROOT

#: How figures look, whoever draws them.
MATPLOTLIBRC = ROOT / "docs" / "_ipython" / "matplotlibrc"

#: Environment variables of whatever runs a chapter.
ENVIRONMENT = {
    "MATPLOTLIBRC": str(MATPLOTLIBRC),
    # One thread: sums are then added in the same order everywhere.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "SOURCE_DATE_EPOCH": "1700000000",  # the date inside figures
}
