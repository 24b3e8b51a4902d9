"""The one small picture that the book comes back to."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def hi_image() -> NDArray[np.int64]:
    r"""Draw the word "Hi" and a gradient on 16 by 16 pixels.

    .. math:: p[i, 14] = p[i, 15] = 255 - 17\,i, \quad p = 0 \text{ on letters}, \quad p = 255 \text{ else}

    In words: black letters on white; the last two columns fade from white in the first row to black in the
    last. The H fills rows 2 to 11 of columns 3 to 6, with its bar in row 6. The i stands in column 9: its dot
    is two pixels high and its stem seven, with one white pixel between them.

    Shown as a table of numbers in :doc:`/pictures/first-image`.

    Returns
    -------
    numpy.ndarray, shape (16, 16)
        Gray values from 0 (black) to 255 (white), as 64-bit integers: NumPy's own sums and products of 8-bit
        ones wrap around at 256. Each call draws a new array.

    Notes
    -----
    The word, the gradient and the number of black pixels (22 for the H, 9 for the i) are those of the picture
    in I. Khlestov's unfinished post "Convolutional Layers" (2019). It is a good picture to be wrong on: seek
    the i by plain correlation with the window around it, `hi_image()[2:12, 8:11]`, and the best score is
    found at 22 places.

    Examples
    --------
    The first row of the stem of the i crosses the H, too:

    >>> from convbook import hi_image
    >>> hi_image()[5].tolist()
    [255, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 255, 255, 170, 170]
    """
    image: NDArray[Any] = np.full((16, 16), 255, dtype=np.int64)
    image[2:12, [3, 6]] = 0  # the two posts of the H
    image[6, 3:7] = 0  # its bar
    image[2:4, 9] = 0  # the dot of the i
    image[5:12, 9] = 0  # its stem
    image[:, 14:] = 255 - 17 * np.arange(16)[:, np.newaxis]
    return image
