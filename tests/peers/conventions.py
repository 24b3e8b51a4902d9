"""Ask libraries which conventions they follow: ``python tests/peers/conventions.py torch jax``, and others.

Each name on the command line is a library of the environment that runs this (it also needs SciPy). Each is put the same
questions, and docs/_data/conventions.json keeps its answers as they came, beside those of the libraries that were asked
before. The appendix on conventions reads the signs, starts, borders and layouts out of them. The programs of `PROGRAMS`
stand in the appendix, word for word, and are written down only if they give what convbook and NumPy give.
"""

import itertools
import json
import platform
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

import convbook

RECORD = Path(__file__).parents[2] / "docs" / "_data" / "conventions.json"
Filter = Callable[..., Any]

#: Each gives `y`: what `convbook.conv(x, w, b, stride=2, padding=(1, 2))` gives, and `np.convolve(x, h)`.
PROGRAMS = {
    "torch": (
        "y = F.conv2d(x, w, b, stride=2, padding=(1, 2))",
        "turned = h.flip(0)[None, None]\ny = F.conv1d(x[None], turned, padding=len(h) - 1)[0]",
    ),
    "tensorflow": (
        "images = tf.transpose(x, [0, 2, 3, 1])\n"
        "kernels = tf.transpose(w, [2, 3, 1, 0])\n"
        "pads = [[0, 0], [1, 1], [2, 2], [0, 0]]\n"
        "y = tf.nn.conv2d(images, kernels, 2, pads) + b\n"
        "y = tf.transpose(y, [0, 3, 1, 2])",
        "line = tf.pad(x, [[len(h) - 1] * 2])[None, :, None]\n"
        "turned = h[::-1, None, None]\n"
        'y = tf.nn.conv1d(line, turned, 1, "VALID")[0, :, 0]',
    ),
    "jax": (
        "pads = [(1, 1), (2, 2)]\ny = lax.conv_general_dilated(x, w, (2, 2), pads)\ny = y + b[:, None, None]",
        "y = jnp.convolve(x, h)",
    ),
    "mlx": (
        "images = x.transpose(0, 2, 3, 1)\n"
        "kernels = w.transpose(0, 2, 3, 1)\n"
        "y = mx.conv2d(images, kernels, 2, (1, 2)) + b\n"
        "y = y.transpose(0, 3, 1, 2)",
        "y = mx.convolve(x, h)",
    ),
    "cv2": (
        "def plane(image, kernel):\n"
        "    return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_CONSTANT)\n"
        "\n\n"
        "y = np.array([[sum(map(plane, image, kernel)) for kernel in w] for image in x])\n"
        "y = y[:, :, ::2, ::2] + b[:, None, None]",
        "longer = np.pad(x, (0, len(h) - 1))[None]\n"
        "turned, last = h[::-1][None], (len(h) - 1, 0)\n"
        "zeros = cv2.BORDER_CONSTANT\n"
        "y = cv2.filter2D(longer, -1, turned, anchor=last, borderType=zeros)[0]",
    ),
    "onnxruntime": (
        'node = make_node("Conv", ["x", "w", "b"], ["y"], strides=[2, 2], pads=[1, 2, 1, 2])\ny = run(node, x, w, b)',
        "around = [len(h) - 1] * 2\n"
        'node = make_node("Conv", ["x", "w"], ["y"], pads=around)\n'
        "y = run(node, x[None, None], h[::-1][None, None])[0, 0]",
    ),
}


class Library:
    """A library, and how it is asked; what it does not have stays empty."""

    #: What it may be installed as.
    distributions: tuple[str, ...] = ()
    #: What it was asked through, if anything.
    through = ""
    #: What the programs of the library use, and how it makes an array.
    names: dict[str, Any]
    array: Callable[[np.ndarray], Any]
    #: name of a call -> signal, kernel -> result, of lists
    lines: dict[str, Filter]
    #: name of a border -> signal, width -> the signal with as many cells more on each side
    borders: dict[str, Filter]
    #: name of a border -> signal, kernel -> the signal filtered with it, if the filter may refuse what pads
    filtered: dict[str, Filter] = {}  # noqa: RUF012 (never changed)
    #: name of a call -> signal, kernel -> result with stride 2, and what is "same" there
    strided: dict[str, Filter]
    #: name of the argument -> signal, kernel, its value -> valid result
    dilated: dict[str, Filter]
    #: name of a call -> signal, kernel -> result with stride 2, no border
    transposed: dict[str, Filter]
    #: name of a call -> pictures, weights, in the order of axes that it wants
    layers: dict[str, Filter]
    #: the same for transposed layers with stride 2 and no border
    layers_back: dict[str, Filter]


def one_line(f: Filter, order: str, array: Filter) -> Filter:
    """Let a layer filter one line: put the axes for pictures and channels where `order` has them."""

    def filtered(x: Any, h: Any, *more: Any) -> Any:
        if order == "first":
            return np.asarray(f(array(np.asarray(x)[None, None]), array(np.asarray(h)[None, None]), *more))[0, 0]
        if order == "last":  # kernels as (place, in, out)
            return np.asarray(f(array(np.asarray(x)[None, :, None]), array(np.asarray(h)[:, None, None]), *more))[
                0, :, 0
            ]
        return np.asarray(f(array(np.asarray(x)[None, :, None]), array(np.asarray(h)[None, :, None]), *more))[0, :, 0]

    return filtered


class Torch(Library):
    distributions = ("torch",)

    def __init__(self) -> None:
        import torch
        import torch.nn.functional as F  # noqa: N812 (everybody calls it that)

        self.names, self.array = {"torch": torch, "F": F}, lambda a: torch.tensor(np.ascontiguousarray(a))

        def line(f: Filter) -> Filter:
            return one_line(f, "first", self.array)

        self.lines = {
            "F.conv1d": line(F.conv1d),
            "F.conv1d, same": line(lambda x, h: F.conv1d(x, h, padding="same")),
        }
        modes = ("constant", "replicate", "reflect", "circular")
        self.borders = {
            mode: lambda x, width, mode=mode: F.pad(self.array(np.asarray(x)[None, None]), (width,) * 2, mode)[0, 0]
            for mode in modes
        }
        self.strided = {"F.conv1d, same": line(lambda x, h: F.conv1d(x, h, stride=2, padding="same"))}
        self.dilated = {"dilation": line(lambda x, h, d: F.conv1d(x, h, dilation=d))}
        self.transposed = {"F.conv_transpose1d": line(lambda x, h: F.conv_transpose1d(x, h, stride=2))}
        self.layers = {"F.conv2d": lambda x, w: F.conv2d(self.array(x), self.array(w)).numpy()}
        self.layers_back = {
            "F.conv_transpose2d": lambda x, w: F.conv_transpose2d(self.array(x), self.array(w), stride=2).numpy()
        }


class TensorFlow(Library):
    distributions = ("tensorflow", "tensorflow-cpu")
    through = "keras"

    def __init__(self) -> None:
        import keras
        import tensorflow as tf

        self.names, self.array = {"tf": tf, "keras": keras}, tf.constant

        def line(f: Filter) -> Filter:
            return one_line(f, "last", tf.constant)

        def same(x: Any, h: Any, stride: int = 1) -> Any:
            return tf.nn.conv1d(x, h, stride, "SAME")

        self.lines = {
            "tf.nn.conv1d, VALID": line(lambda x, h: tf.nn.conv1d(x, h, 1, "VALID")),
            "tf.nn.conv1d, SAME": line(same),
            "keras.ops.conv, same": line(lambda x, h: keras.ops.conv(x, h, 1, "same", data_format="channels_last")),
        }
        self.borders = {
            mode: lambda x, width, mode=mode: tf.pad(x, [[width, width]], mode).numpy()
            for mode in ("CONSTANT", "REFLECT", "SYMMETRIC")
        }
        self.strided = {"tf.nn.conv1d, SAME": line(lambda x, h: same(x, h, 2))}
        self.dilated = {"dilations": line(lambda x, h, d: tf.nn.conv1d(x, h, 1, "VALID", dilations=d))}

        def transposed(y: Any, w: Any) -> Any:
            size = [1, 2 * (y.shape[1] - 1) + w.shape[0], 1]
            return tf.nn.conv1d_transpose(y, w, size, 2, "VALID")

        self.transposed = {
            "tf.nn.conv1d_transpose": line(transposed),
            "keras.ops.conv_transpose": line(
                lambda y, w: keras.ops.conv_transpose(y, w, 2, "valid", data_format="channels_last")
            ),
        }
        self.layers = {"tf.nn.conv2d": lambda x, w: tf.nn.conv2d(x, w, 1, "VALID").numpy()}
        self.layers_back = {
            "keras.ops.conv_transpose": lambda x, w: keras.ops.conv_transpose(
                x, w, 2, "valid", data_format="channels_last"
            )
        }


class Jax(Library):
    distributions = ("jax",)

    def __init__(self) -> None:
        from jax import lax
        from jax import numpy as jnp

        self.names, self.array = {"jnp": jnp, "lax": lax}, jnp.asarray

        def line(f: Filter) -> Filter:
            return one_line(f, "first", jnp.asarray)

        def conv(padding: Any, stride: int = 1, **options: Any) -> Filter:
            return line(lambda x, h: lax.conv_general_dilated(x, h, (stride,), padding, **options))

        self.lines = {
            "jnp.convolve": lambda x, h: jnp.convolve(jnp.asarray(x), jnp.asarray(h)),
            "jnp.convolve, same": lambda x, h: jnp.convolve(jnp.asarray(x), jnp.asarray(h), mode="same"),
            "jnp.correlate, same": lambda x, h: jnp.correlate(jnp.asarray(x), jnp.asarray(h), mode="same"),
            "lax.conv_general_dilated, VALID": conv("VALID"),
            "lax.conv_general_dilated, SAME": conv("SAME"),
            "lax.conv_general_dilated, SAME_LOWER": conv("SAME_LOWER"),
        }
        self.borders = {
            mode: lambda x, width, mode=mode: jnp.pad(jnp.asarray(x), width, mode=mode)
            for mode in ("constant", "edge", "reflect", "symmetric", "wrap")
        }
        self.strided = {
            "lax.conv_general_dilated, SAME": conv("SAME", 2),
            "lax.conv_general_dilated, SAME_LOWER": conv("SAME_LOWER", 2),
        }
        self.dilated = {
            "rhs_dilation": line(lambda x, h, d: lax.conv_general_dilated(x, h, (1,), "VALID", rhs_dilation=(d,)))
        }

        def back(transpose: bool) -> Filter:
            numbers = ("NHC", "HIO", "NHC")
            return one_line(
                lambda y, w: lax.conv_transpose(
                    y, w, (2,), "VALID", dimension_numbers=numbers, transpose_kernel=transpose
                ),
                "last",
                jnp.asarray,
            )

        self.transposed = {
            "lax.conv_transpose": back(False),
            "lax.conv_transpose, transpose_kernel": back(True),
        }
        self.layers = {"lax.conv": lambda x, w: np.asarray(lax.conv(x, w, (1, 1), "VALID"))}
        self.layers_back = {
            "lax.conv_transpose": lambda x, w: lax.conv_transpose(x, w, (2, 2), "VALID"),
            "lax.conv_transpose, transpose_kernel": lambda x, w: lax.conv_transpose(
                x, w, (2, 2), "VALID", transpose_kernel=True
            ),
        }


class Mlx(Library):
    distributions = ("mlx",)

    def __init__(self) -> None:
        import mlx.core as mx

        self.names, self.array = {"mx": mx}, lambda a: mx.array(np.ascontiguousarray(a))

        def line(f: Filter) -> Filter:
            return one_line(f, "mlx", self.array)

        def listed(mode: str) -> Filter:
            return lambda x, h: np.asarray(mx.convolve(self.array(np.asarray(x)), self.array(np.asarray(h)), mode))

        self.lines = {
            "mx.convolve": listed("full"),
            "mx.convolve, same": listed("same"),
            "mx.conv1d": line(mx.conv1d),
        }
        self.borders = {
            mode: lambda x, width, mode=mode: np.asarray(mx.pad(self.array(np.asarray(x)), width, mode))
            for mode in ("constant", "edge")
        }
        self.strided = {}
        self.dilated = {"dilation": line(lambda x, h, d: mx.conv1d(x, h, 1, 0, d))}
        self.transposed = {"mx.conv_transpose1d": line(lambda y, w: mx.conv_transpose1d(y, w, 2))}
        self.layers = {"mx.conv2d": lambda x, w: np.asarray(mx.conv2d(self.array(x), self.array(w)))}
        self.layers_back = {
            "mx.conv_transpose2d": lambda x, w: np.asarray(mx.conv_transpose2d(self.array(x), self.array(w), 2))
        }


class OpenCV(Library):
    distributions = ("opencv-python-headless", "opencv-python")

    def __init__(self) -> None:
        import cv2

        self.names, self.array = {"cv2": cv2, "np": np}, np.ascontiguousarray

        def line(x: Any, h: Any) -> Any:
            return cv2.filter2D(np.asarray(x)[None], -1, np.asarray(h)[None], borderType=cv2.BORDER_CONSTANT)[0]

        self.lines = {"cv2.filter2D": line}
        names = ("CONSTANT", "REPLICATE", "REFLECT", "REFLECT_101", "DEFAULT", "WRAP")
        self.borders = {
            f"BORDER_{name}": lambda x, width, name=name: cv2.copyMakeBorder(
                np.asarray(x)[None], 0, 0, width, width, getattr(cv2, f"BORDER_{name}")
            )[0]
            for name in names
        }
        self.filtered = {
            f"BORDER_{name}": lambda x, h, name=name: cv2.filter2D(
                np.asarray(x)[None], -1, np.asarray(h)[None], borderType=getattr(cv2, f"BORDER_{name}")
            )[0]
            for name in names
        }
        self.strided, self.dilated, self.transposed, self.layers, self.layers_back = {}, {}, {}, {}, {}


class Onnx(Library):
    distributions = ("onnxruntime",)
    through = "onnx"

    def __init__(self) -> None:
        import onnxruntime
        from onnx import TensorProto, helper

        version = 25  # of the operators

        def run(node: Any, *arrays: Any) -> Any:
            arrays = tuple(np.ascontiguousarray(array) for array in arrays)
            kinds = [helper.np_dtype_to_tensor_dtype(array.dtype) for array in arrays]
            given = [
                helper.make_tensor_value_info(name, kind, array.shape)
                for name, kind, array in zip(node.input, kinds, arrays, strict=True)
            ]
            kind = TensorProto.INT32 if node.op_type == "ConvInteger" else kinds[0]
            wanted = [helper.make_tensor_value_info("y", kind, None)]
            graph = helper.make_graph([node], "asked", given, wanted)
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=10)
            session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
            return session.run(None, dict(zip(node.input, arrays, strict=True)))[0]

        self.names, self.array = {"make_node": helper.make_node, "run": run, "np": np}, np.ascontiguousarray

        def conv(kind: str = "Conv", **options: Any) -> Filter:
            return one_line(
                lambda x, h: run(helper.make_node(kind, ["x", "w"], ["y"], **options), x, h), "first", np.asarray
            )

        same = ("SAME_UPPER", "SAME_LOWER")
        self.lines = {"onnx Conv": conv()} | {f"onnx Conv, {name}": conv(auto_pad=name) for name in same}
        self.integers = conv("ConvInteger")

        def pad(mode: str) -> Filter:
            node = helper.make_node("Pad", ["x", "pads"], ["y"], mode=mode)
            return lambda x, width: run(node, np.asarray(x), np.array([width, width]))

        self.borders = {mode: pad(mode) for mode in ("constant", "edge", "reflect", "wrap")}
        self.strided = {f"onnx Conv, {name}": conv(auto_pad=name, strides=[2]) for name in same}
        self.dilated = {"dilations": lambda x, h, d: conv(dilations=[d])(x, h)}
        self.transposed = {"onnx ConvTranspose": conv("ConvTranspose", strides=[2])}
        self.layers = {"onnx Conv": lambda x, w: run(helper.make_node("Conv", ["x", "w"], ["y"]), x, w)}
        self.layers_back = {
            "onnx ConvTranspose": lambda x, w: run(
                helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2]), x, w
            )
        }


LIBRARIES = {
    "torch": Torch,
    "tensorflow": TensorFlow,
    "jax": Jax,
    "mlx": Mlx,
    "cv2": OpenCV,
    "onnxruntime": Onnx,
}


# The questions ---------------------------------------------------------------------------------------------------
#: Widths of borders around four cells: more than `reflect` has to mirror, more than `symmetric` has, and more than a
#: whole period of either.
WIDE = (4, 5, 9)
REPEATING = [np.pad([1, 2, 3, 4], 3, mode=rule).tolist() for rule in ("reflect", "symmetric", "wrap")]


def answer(f: Filter, *arrays: Any) -> Any:
    """Return what came back, as lists, or that the library refused."""
    try:
        found = np.asarray(f(*arrays))
    except Exception as error:  # a library may refuse in any way that it likes
        return f"refused: {type(error).__name__}"
    if np.iscomplexobj(found):
        return [str(complex(value)) for value in found.ravel()]
    return [round(value) if np.isclose(value, round(value)) else value for value in found.ravel().tolist()]


def of_type(f: Filter, dtype: str, *lists: Any) -> Any:
    """Ask with arrays of one type, and write down that of the answer."""
    found = answer(f, *(np.array(values, dtype) for values in lists))
    if isinstance(found, str):
        return found
    return {"answer": found, "type": np.asarray(f(*(np.array(values, dtype) for values in lists))).dtype.name}


def layouts(f: Filter, back: bool = False) -> Iterator[str]:
    """Try every order of the axes, and yield those that give the numbers of convbook.

    A transposed layer is also given the kernel turned by half a turn.
    """
    rng = np.random.default_rng(0)
    x, w = (rng.integers(-9, 10, size).astype(np.float32) for size in ((2, 3, 6, 8), (4, 3, 5, 7)))
    wanted = convbook.conv_transpose(x, w.swapaxes(0, 1), stride=2) if back else convbook.conv(x, w)
    for of_x, of_w, turned in itertools.product(
        itertools.permutations(range(4)), itertools.permutations(range(4)), (False, True) if back else (False,)
    ):
        if of_x.index(2) > of_x.index(3):
            continue  # rows and columns exchanged, of pictures and kernels alike, are no other layout
        given = (w[..., ::-1, ::-1] if turned else w).transpose(of_w)
        try:
            found = np.asarray(f(np.ascontiguousarray(x.transpose(of_x)), np.ascontiguousarray(given)))
        except Exception:  # a library may refuse in any way that it likes
            continue
        if found.shape == wanted.transpose(of_x).shape and np.allclose(found, wanted.transpose(of_x)):
            order = "".join("NCHW"[axis] for axis in of_x) + " " + "".join("OIHW"[axis] for axis in of_w)
            yield order + (", kernel turned" if turned else "")


def proved(name: str, library: Library) -> dict[str, str]:
    """Run the two programs of a library; return them if their numbers are right."""
    rng = np.random.default_rng(0)
    small = [rng.integers(-9, 10, size).astype(np.float32) for size in ((2, 3, 8, 9), (4, 3, 3, 5), (4,))]
    lines = [np.array(values, np.float32) for values in ([3, 1, 4, 1, 5, 9], [1, 2, 7, 8])]
    layer, signal = PROGRAMS[name]
    for program, letters, arrays, wanted in (
        (layer, "xwb", small, convbook.conv(*small, stride=2, padding=(1, 2))),
        (signal, "xh", lines, np.convolve(*lines)),
    ):
        names = library.names | dict(zip(letters, map(library.array, arrays), strict=True))
        exec(program, names)
        found = np.asarray(names["y"])
        assert found.shape == wanted.shape, (program, found.shape, wanted.shape)
        assert np.allclose(found, wanted), program
    return {"conv": layer, "convolve": signal}


def versions(library: Library) -> dict[str, str]:
    """Return the versions of what is installed."""
    found = {(part.name.replace("_", "-"), part.version) for part in metadata.distributions()}
    installed = dict(found)
    for name in library.distributions:
        if len({version for part, version in found if part == name}) > 1:
            raise RuntimeError(f"{name} is installed in two versions, and only one of them can have answered")
    name = next(name for name in library.distributions if name in installed)
    return {part: installed[part] for part in (name, library.through, "numpy") if part} | {
        "python": platform.python_version()
    }


def ask(name: str) -> dict[str, Any]:
    """Put every question to a library."""
    library = LIBRARIES[name]()
    impulse, kernel = np.array([0, 0, 0, 0, 1, 0, 0, 0, 0], np.float32), np.array([1, 2, 3, 4], np.float32)
    letters, line = np.array([1, 2, 3, 4], np.float32), np.arange(8, dtype=np.float32)
    middle, pair = np.array([0, 1, 0], np.float32), np.array([1, 10], np.float32)
    digits, longer = 10 ** np.arange(4, dtype=np.float32), np.arange(1, 7, dtype=np.float32)
    integers = dict(library.lines)
    if hasattr(library, "integers"):
        integers["onnx ConvInteger"] = library.integers
    return {
        "versions": versions(library),
        "impulse": {call: answer(f, impulse, kernel) for call, f in library.lines.items()},
        "kernel of 6, signal of 4": {call: answer(f, digits, longer) for call, f in library.lines.items()},
        "borders": {border: answer(f, letters, 3) for border, f in library.borders.items()},
        "wide borders": {
            border: {str(width): answer(f, letters, width) for width in WIDE}
            for border, f in library.borders.items()
            if answer(f, letters, 3) in REPEATING
        },
        "same with stride 2": {call: answer(f, line, middle) for call, f in library.strided.items()},
        "dilation of 2": {
            call: answer(lambda x, h, f=f: f(x, h, 2), np.arange(6, dtype=np.float32), pair)
            for call, f in library.dilated.items()
        },
        "transposed": {
            call: answer(f, np.array([1, 2], np.float32), np.array([1, 2, 3], np.float32))
            for call, f in library.transposed.items()
        },
        "complex": {
            call: answer(f, np.array([1j], np.complex64), np.array([2j], np.complex64))
            for call, f in library.lines.items()
        },
        "borders of filters": {border: answer(f, letters, middle) for border, f in library.filtered.items()},
        "bytes under halves": {
            call: answer(f, np.array([10, 11, 12, 13], np.uint8), np.array([0.5, 0.5], np.float32))
            for call, f in library.lines.items()
        },
        "bytes": {call: of_type(f, "uint8", [200, 200, 200], [1, 1]) for call, f in integers.items()},
        "layouts": {call: list(layouts(f)) for call, f in library.layers.items()},
        "layouts of transposed layers": {call: list(layouts(f, back=True)) for call, f in library.layers_back.items()},
        "programs": proved(name, library),
    }


def main() -> None:
    """Ask the libraries of the command line, and write their answers beside the others."""
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for name in sys.argv[1:]:
        record[name] = ask(name)
        print(name, record[name]["versions"])
        record = {name: record[name] for name in LIBRARIES if name in record}
        RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
