"""Sounds: what a figure is for the eye, for the ear."""

import base64
import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOUDEST = 0.9 * (2**15 - 1)  # of a 16-bit sample; some players distort what fills the range
FADE = 0.02  # seconds: a sound that begins or ends at once clicks


@dataclass(frozen=True)
class Sounds:
    """Named sounds as WAV files: a notebook plays them, and the build writes them beside the page."""

    files: Mapping[str, bytes]

    def _repr_html_(self) -> str:
        return "".join(
            f'<p>{escape(name)} <audio controls src="data:audio/wav;base64,{base64.b64encode(file).decode("ascii")}">'
            "</audio></p>"
            for name, file in self.files.items()
        )


def sounds(signals: Mapping[str, ArrayLike], rate: int) -> Sounds:
    """Make signals audible.

    Parameters
    ----------
    signals : mapping
        From a name to a sound, an array of real numbers. All share one scale, on which the largest of all numbers is
        the loudest: what a filter takes away is heard to be missing.
    rate : int
        Samples a second.

    Returns
    -------
    Sounds
        The sounds, faded in and out.
    """
    waves = {name: _faded(np.asarray(signal, float), rate) for name, signal in signals.items()}
    peak = max(float(np.abs(samples).max()) for samples in waves.values())
    scale = LOUDEST / peak if peak > 0 else 0.0
    return Sounds({name: _wav(np.rint(scale * samples).astype("<i2"), rate) for name, samples in waves.items()})


def _faded(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    from_end = np.minimum(np.arange(len(samples)), np.arange(len(samples))[::-1])
    return samples * np.minimum(from_end / (FADE * rate), 1)


def _wav(samples: NDArray[np.int16], rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()
