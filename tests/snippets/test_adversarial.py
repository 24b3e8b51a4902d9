"""Pages that try to mislead the slicer: a snippet that misses anything shows something else than its page."""

# ruff: noqa: E501 (a cell in one line)

import contextlib
import io
import math
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from snippets.slicer import Page, Source
from snippets.writing import standalone

I = "import numpy as np"
PAGES = {
    "closures over a loop variable": [
        "fs = []\nfor k in range(3):\n    def f(x, k=k):\n        return x + k\n    fs.append(f)",
        "k = 100",
        "print([f(1) for f in fs], k)",
    ],
    "late closure": ["k = 1\nfs = [lambda x: x + k]", "k = 5", "print(fs[0](1))"],
    "nested closure state": [
        "def make():\n    state = [0]\n    def bump():\n        state[0] += 1\n        return state\n    return bump\n\nb = make()",
        "s = b()",
        "s.append(9)",
        "print(b())",
    ],
    "two counters": [
        "def counter():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step\n\na, b = counter(), counter()",
        "a(); a()",
        "b()",
        "print(a(), b())",
    ],
    "generator half used by a loop": [
        "def gen():\n    for i in range(10):\n        yield i\n\ng = gen()",
        "for v in g:\n    if v == 3:\n        break",
        "print(next(g))",
    ],
    "generator send": [
        "def acc():\n    total = 0\n    while True:\n        x = yield total\n        total += x\n\ng = acc()\nnext(g)",
        "g.send(3)",
        "print(g.send(4))",
    ],
    "generator over mutable": ["xs = [1, 2]\ng = (x for x in xs)", "xs.append(3)", "print(list(g))"],
    "global in function called by other": [
        "n = 0\ndef inc():\n    global n\n    n += 1\n\ndef run(f):\n    f()",
        "run(inc)",
        "run(inc)",
        "print(n)",
    ],
    "global creates name": [
        "def setup():\n    global table\n    table = [1, 2]",
        "setup()",
        "table.append(3)",
        "print(table)",
    ],
    "walrus in comprehension": ["last = 0\nxs = [last := n for n in range(4)]", "print(last)"],
    "walrus in while": ["it = iter([1, 2, 0, 7])", "while (x := next(it)):\n    pass", "print(x, next(it))"],
    "star unpack shares": [
        "a, *rest = [[1], [2], [3]]",
        "rest[0].append(9)",
        "both = [a, *rest]",
        "both[1].append(8)",
        "print(rest)",
    ],
    "star swap": ["a, b = [1], [2]", "a, b = b, a", "a.append(5)", "print(a, b)"],
    "nested unpacking": ["(a, (b, c)), d = ([1], ([2], [3])), [4]", "x = b", "x.append(0)", "print(b, d)"],
    "del element": ["d = {'a': 1, 'b': 2}", "del d['a']", "print(d)"],
    "del slice": ["xs = list(range(6))", "del xs[1:4]", "print(xs)"],
    "del name then redefine": ["x = [1]\ny = x", "del x", "y.append(2)\nx = y", "print(x)"],
    "errstate": [
        I,
        "with np.errstate(divide='ignore', invalid='ignore'):\n    r = np.array([1., 0.]) / 0\n    r[1] = 5",
        "print(r)",
    ],
    "printoptions with": [I, "a = np.array([1/3])", "with np.printoptions(precision=2):\n    s = str(a)", "print(s)"],
    "seterr": [I, "np.seterr(all='ignore')", "a = np.ones(1)", "print(a / 0)"],
    "decorator with registry": [
        "registry = {}\ndef register(f):\n    registry[f.__name__] = f\n    return f",
        "@register\ndef one():\n    return 1",
        "@register\ndef two():\n    return 2",
        "print(sorted(registry))",
    ],
    "decorator counting": [
        "calls = []\ndef log(f):\n    def inner(*a):\n        calls.append(a)\n        return f(*a)\n    return inner",
        "@log\ndef add(a, b):\n    return a + b",
        "add(1, 2)",
        "x = add(3, 4)",
        "print(calls)",
    ],
    "lru_cache": [
        "from functools import lru_cache\nseen = []",
        "@lru_cache\ndef f(x):\n    seen.append(x)\n    return x",
        "f(1); f(1); f(2)",
        "print(seen)",
    ],
    "default mutated": [
        "def f(x, acc={}):\n    acc[x] = len(acc)\n    return acc",
        "f('a')",
        "f('b')",
        "print(f('c'))",
    ],
    "default shared outside": ["store = []\ndef f(x, acc=store):\n    acc.append(x)", "f(1)", "print(store)"],
    "np.random.seed": [
        I,
        "np.random.seed(1)",
        "a = np.random.normal(size=2)",
        "np.random.seed(2)",
        "b = np.random.rand()",
        "print(np.random.rand())",
    ],
    "rng in object": [
        I,
        "class Noise:\n    def __init__(self, seed):\n        self.rng = np.random.default_rng(seed)\n    def draw(self):\n        return self.rng.normal()\n\nnoise = Noise(0)",
        "noise.draw()",
        "print(noise.draw())",
    ],
    "rng in dict": [
        I,
        "tools = {'rng': np.random.default_rng(0)}",
        "tools['rng'].normal()",
        "print(tools['rng'].normal())",
    ],
    "rng spawned": [
        I,
        "rng = np.random.default_rng(0)\nchild = rng.spawn(1)[0]",
        "child.normal()",
        "print(child.normal(), rng.normal())",
    ],
    "rng by partial": [
        I + "\nfrom functools import partial\nrng = np.random.default_rng(0)\ndraw = partial(rng.normal, size=2)",
        "draw()",
        "print(draw())",
    ],
    "rng as global in function": [
        I + "\nrng = np.random.default_rng(0)\ndef noisy(x):\n    return x + rng.normal()",
        "a = noisy(1)",
        "b = [noisy(i) for i in range(3)]",
        "print(noisy(0))",
    ],
    "bound draw": [I + "\nrng = np.random.default_rng(0)\ndraw = rng.normal", "draw()", "print(rng.normal())"],
    "out argument positional": [I + "\na = np.zeros(3)", "np.add(1, 2, a)", "print(a)"],
    "out method": [I + "\na = np.arange(3.)\nb = np.zeros(())", "a.sum(out=b)", "print(b)"],
    "out through view": [I + "\na = np.zeros(4)\nv = a[:2]", "np.multiply(3, 4, out=v)", "print(a)"],
    "np.clip out": [I + "\na = np.arange(5.)", "np.clip(a, 1, 3, out=a)", "print(a)"],
    "view aug": [I + "\nX = np.zeros((2, 2))\nv = X[0]", "v += 1", "print(X)"],
    "view of view": [I + "\nX = np.zeros((2, 3))\na = X.T\nb = a[1:]\nc = b.ravel()\nd = b[0]", "d[:] = 7", "print(X)"],
    "real view": [I + "\nz = np.zeros(2, complex)\nr = z.real", "r[:] = 4", "print(z)"],
    "flat": [I + "\nX = np.zeros((2, 2))", "X.flat[1] = 5", "print(X)"],
    "flat iter": [I + "\nX = np.zeros((2, 2))\nf = X.flat", "f[2] = 5", "print(X)"],
    "nditer": [I + "\nX = np.zeros(3)", "for x in np.nditer(X, op_flags=['readwrite']):\n    x[...] = 2", "print(X)"],
    "rows loop": [I + "\nX = np.zeros((2, 2))", "for row in X:\n    row += 1", "print(X)"],
    "enumerate rows": [I + "\nX = np.zeros((2, 2))", "for i, row in enumerate(X):\n    row[:] = i", "print(X)"],
    "zip rows": [I + "\nX = np.zeros((2, 2)); Y = np.ones((2, 2))", "for a, b in zip(X, Y):\n    a += b", "print(X)"],
    "in place methods": [
        I + "\na = np.array([3, 1, 2])\nb = [3, 1, 2]",
        "a.sort()",
        "b.reverse()",
        "a.partition(1)",
        "print(a, b)",
    ],
    "chained attribute": [
        "class N: pass\na = N(); a.b = N(); a.b.c = [1]",
        "a.b.c.append(2)",
        "a.b.d = 3",
        "q = a.b",
        "q.d += 1",
        "print(a.b.c, a.b.d)",
    ],
    "attribute alias": ["class N: pass\na = N(); a.xs = []", "ys = a.xs", "ys.append(4)", "print(a.xs)"],
    "property setter": [
        "class P:\n    def __init__(self):\n        self._v = 0\n    @property\n    def v(self):\n        self._v += 1\n        return self._v\n\np = P()",
        "p.v",
        "print(p.v)",
    ],
    "setitem hook": [
        "log = []\nclass D(dict):\n    def __setitem__(self, k, v):\n        log.append(k)\n        super().__setitem__(k, v)\n\nd = D()",
        "d['a'] = 1",
        "print(log)",
    ],
    "iadd hook": [
        "log = []\nclass C:\n    def __iadd__(self, x):\n        log.append(x)\n        return self\n\nc = C()",
        "c += 3",
        "print(log)",
    ],
    "add hook": [
        "log = []\nclass C:\n    def __add__(self, x):\n        log.append(x)\n        return self\n\nc = C()",
        "d = c + 3",
        "print(log)",
    ],
    "getitem hook": [
        "log = []\nclass C:\n    def __getitem__(self, x):\n        log.append(x)\n        return x\n\nc = C()",
        "c[2]",
        "print(log)",
    ],
    "enter hook": [
        "log = []\nclass C:\n    def __enter__(self):\n        log.append('in')\n        return self\n    def __exit__(self, *a):\n        log.append('out')\n        return True\n\nc = C()",
        "with c:\n    x = 1",
        "with C() as k:\n    1 / 0\n    x = 2",
        "print(log, x)",
    ],
    "contextmanager function": [
        "from contextlib import contextmanager\nlog = []\n@contextmanager\ndef cm(v):\n    log.append(v)\n    yield v\n    log.append(-v)",
        "with cm(3) as z:\n    y = z",
        "print(log, y)",
    ],
    "try except finally": [
        "xs = []",
        "try:\n    xs.append(1)\n    1 / 0\nexcept ZeroDivisionError:\n    xs.append(2)\nfinally:\n    xs.append(3)",
        "print(xs)",
    ],
    "try in function": [
        "xs = []\ndef f():\n    try:\n        raise ValueError\n    except ValueError:\n        xs.append('v')",
        "f()",
        "print(xs)",
    ],
    "match mutate": [
        "cmd = ['push', 3]\nstack = []",
        "match cmd:\n    case ['push', v]:\n        stack.append(v)\n    case _:\n        pass",
        "print(stack, v)",
    ],
    "match star and mapping": [
        "d = {'k': [1], 'z': 2}",
        "match d:\n    case {'k': [*rest], **others}:\n        rest.append(5)",
        "print(rest, others)",
    ],
    "conditional expression alias": ["a, b = [1], [2]", "c = a if len(a) else b", "c.append(3)", "print(a)"],
    "or alias": ["a = []\nb = [1]", "c = a or b", "c.append(3)", "print(b)"],
    "sorted key mutates": [
        "seen = []\ndef key(x):\n    seen.append(x)\n    return -x",
        "s = sorted([1, 2], key=key)",
        "print(seen)",
    ],
    "map lazy": [
        "seen = []\ndef f(x):\n    seen.append(x)\n    return x",
        "m = map(f, [1, 2])",
        "list(m)",
        "print(seen)",
    ],
    "reduce": [
        "from functools import reduce\nacc = []",
        "reduce(lambda a, x: (acc.append(x), a)[1], [1, 2], None)",
        "print(acc)",
    ],
    "dict setdefault": ["d = {}", "d.setdefault('a', []).append(1)", "print(d)"],
    "dict get alias": ["d = {'a': [1]}", "x = d.get('a')", "x.append(2)", "print(d)"],
    "defaultdict": [
        "from collections import defaultdict\nd = defaultdict(list)",
        "d['x'].append(1)",
        "d['y']",
        "print(dict(d))",
    ],
    "items loop": ["d = {'a': [1], 'b': [2]}", "for k, v in d.items():\n    v.append(k)", "print(d)"],
    "class attribute via instance": [
        "class A:\n    shared = []\n\na = A(); b = A()",
        "a.shared.append(1)",
        "print(b.shared)",
    ],
    "class counter": [
        "class A:\n    n = 0\n    def __init__(self):\n        A.n += 1\n",
        "x = A()",
        "y = A()",
        "print(A.n)",
    ],
    "type(self)": [
        "class A:\n    n = 0\n    def __init__(self):\n        type(self).n += 1\n",
        "x = A()",
        "print(A.n)",
    ],
    "inherited method": [
        "class A:\n    def add(self, x):\n        self.xs.append(x)\nclass B(A):\n    def __init__(self, xs):\n        self.xs = xs\n",
        "xs = []\nb = B(xs)",
        "b.add(3)",
        "print(xs)",
    ],
    "super": [
        "class A:\n    def __init__(self, xs):\n        xs.append('A')\nclass B(A):\n    def __init__(self, xs):\n        super().__init__(xs)\n",
        "xs = []",
        "B(xs)",
        "print(xs)",
    ],
    "monkeypatch module": ["import math", "math.tau2 = 7", "print(math.tau2)"],
    "setattr": ["class A: pass\na = A()", "setattr(a, 'x', 4)", "print(a.x)"],
    "vars": ["class A: pass\na = A()", "vars(a)['x'] = 4", "print(a.x)"],
    "globals": ["globals()['zz'] = 3", "print(zz)"],
    "exec": ["exec('qq = 5')", "print(qq)"],
    "list mult alias": ["row = [0]\ngrid = [row] * 2", "grid[0][0] = 5", "print(row, grid)"],
    "swap in list": ["xs = [[1], [2]]", "xs[0], xs[1] = xs[1], xs[0]", "xs[0].append(3)", "print(xs)"],
    "aug subscript": ["d = {'a': [1]}", "d['a'] += [2]", "print(d)"],
    "aug attribute alias": ["class A: pass\na = A(); xs = [1]; a.xs = xs", "a.xs += [2]", "print(xs)"],
    "while else": ["n = 3", "while n:\n    n -= 1\nelse:\n    done = True", "print(done)"],
    "for else": ["for i in []:\n    pass\nelse:\n    r = 'none'", "print(r)"],
    "nested function mutates argument": [
        "def outer(xs):\n    def inner():\n        xs.append(1)\n    inner()\n",
        "a = []",
        "outer(a)",
        "print(a)",
    ],
    "returned closure mutates": [
        "def adder(xs):\n    return lambda v: xs.append(v)\n",
        "a = []\nf = adder(a)",
        "f(3)",
        "print(a)",
    ],
    "partial mutates": [
        "from functools import partial\ndef push(xs, v):\n    xs.append(v)\n",
        "a = []\np = partial(push, a)",
        "p(4)",
        "print(a)",
    ],
    "method as callback": [
        "class S:\n    def __init__(self):\n        self.v = []\n    def on(self, x):\n        self.v.append(x)\n\ns = S()\ncb = [s.on]",
        "cb[0](3)",
        "print(s.v)",
    ],
    "function attribute": ["def f():\n    f.calls += 1\n    return f.calls\nf.calls = 0", "f()", "print(f())"],
    "asarray alias": [I + "\na = np.zeros(2)\nb = np.asarray(a)", "b[0] = 4", "print(a)"],
    "broadcast where out": [I + "\na = np.zeros(3)", "np.copyto(a, 5, where=[True, False, True])", "print(a)"],
    "np.add.at": [I + "\na = np.zeros(3)", "np.add.at(a, [0, 0, 2], 1)", "print(a)"],
    "matmul inplace": [I + "\na = np.eye(2)\nb = a", "a @= 2 * np.eye(2)", "print(b)"],
    "setflags": [I + "\na = np.zeros(2)", "a.setflags(write=False)", "print(a.flags.writeable)"],
    "shape assign": [I + "\na = np.arange(4)", "a.shape = (2, 2)", "print(a)"],
    "dtype view": [I + "\na = np.zeros(2, np.int64)\nb = a.view(np.int32)", "b[0] = 1", "print(a)"],
    "frombuffer": [I + "\nbuf = bytearray(8)\na = np.frombuffer(buf, np.uint8)", "buf[0] = 3", "print(a)"],
    "deque": ["from collections import deque\nd = deque([1, 2, 3])", "d.rotate(1)", "d.appendleft(0)", "print(d)"],
    "random stdlib": ["import random\nr = random.Random(0)", "r.random()", "print(r.random())"],
    "itertools count": [
        "import itertools\nc = itertools.count()",
        "next(c)",
        "a = [next(c), next(c)]",
        "print(next(c))",
    ],
    "tee": ["import itertools\na, b = itertools.tee(iter([1, 2, 3]))", "next(a)", "print(next(a), next(b))"],
    "zip exhausts": ["it = iter([1, 2, 3])", "pairs = dict(zip('ab', it))", "print(list(it))"],
    "in exhausts": ["it = iter([1, 2, 3, 4])", "2 in it", "print(next(it))"],
    "star exhausts": ["it = iter([1, 2, 3])", "f, *r = it", "print(list(it), f)"],
    "sum exhausts": ["it = iter([1, 2, 3])", "s = sum(it)", "print(list(it))"],
    "join exhausts": ["it = iter('abc')", "s = ''.join(it)", "print(list(it))"],
    "file": ["import io\nf = io.StringIO('a\\nb\\nc')", "f.readline()", "print(f.readline())"],
    "string write": ["import io\nf = io.StringIO()", "f.write('x')", "print('y', file=f)", "print(f.getvalue())"],
    "assert statement walrus": ["assert (y := 5)", "print(y)"],
    "annotated": ["x: int = 3", "x: int", "print(x)"],
    "a data class": [
        "from dataclasses import dataclass, field\n@dataclass\nclass D:\n    xs: list = field(default_factory=list)\nd = D()",
        "d.xs.append(1)",
        "print(d)",
    ],
    "a generator as a default": [
        I,
        "rng = np.random.default_rng(0)",
        "def f(r=rng):\n    return r.normal()",
        "f()",
        "print(rng.normal())",
    ],
    "lambda default": ["xs = []", "f = lambda v, xs=xs: xs.append(v)", "f(1)", "print(xs)"],
    "nested comprehension shadows": ["x = 10\ny = [[x for x in range(2)] for _ in range(x // 5)]", "print(x, y)"],
    "try import fallback": ["try:\n    import nope\nexcept ImportError:\n    nope = None", "print(nope)"],
    "if main": ["if __name__ == '__main__':\n    v = 3", "print(v)"],
    "loop break binding": ["for n in range(10):\n    found = n\n    if n * n > 20:\n        break", "print(n, found)"],
    "loop rng": [
        I + "\nrng = np.random.default_rng(0)",
        "data = []\nfor _ in range(2):\n    data.append(rng.normal())",
        "more = [rng.normal() for _ in range(2)]",
        "print(rng.normal())",
    ],
    "shuffle by alias": [
        I + "\nrng = np.random.default_rng(0)\nxs = np.arange(5)\nys = xs",
        "rng.shuffle(ys)",
        "print(xs)",
    ],
    "method on call result": ["def get(d):\n    return d['k']\nd = {'k': []}", "get(d).append(1)", "print(d)"],
    "chained calls": [
        "class B:\n    def __init__(self):\n        self.v = []\n    def add(self, x):\n        self.v.append(x)\n        return self\nb = B()",
        "b.add(1).add(2)",
        "c = b.add(3)",
        "c.v.append(9)",
        "print(b.v)",
    ],
    "warnings filter": ["import warnings", "warnings.simplefilter('ignore')", "import numpy as np\nprint(1)"],
    "environ": ["import os", "os.environ['SNIPPET'] = '1'", "print(os.environ['SNIPPET'])"],
    "list slice assignment": ["xs = [1, 2, 3]\nys = xs", "xs[:] = [9]", "print(ys)"],
    "aliased function name": ["def f():\n    return 1\ng = f", "def f():\n    return 2", "print(g(), f())"],
    "class redefined": ["class A:\n    v = 1\na = A()", "class A:\n    v = 2", "print(a.v, A.v)"],
    "recursion across redefinition": [
        "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\ng = f",
        "def f(n):\n    return 100",
        "print(g(3))",
    ],
    "raise inside with suppress": [
        "import contextlib\nx = 1",
        "with contextlib.suppress(ZeroDivisionError):\n    x = 2\n    1 / 0\n    x = 3",
        "print(x)",
    ],
}


def printed(code: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "page", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize("cells", PAGES.values(), ids=PAGES)
@pytest.mark.usefixtures("_settings_stay")
def test_a_snippet_shows_what_its_page_shows(cells: list[str]) -> None:
    page, before = printed("\n".join(cells)), printed("\n".join(cells[:-1]))
    code = standalone(Page([Source(cell) for cell in cells]), len(cells) - 1)
    assert printed(code) == page.removeprefix(before)


@pytest.fixture
def _settings_stay(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what some pages do to the process."""
    monkeypatch.delenv("SNIPPET", raising=False)
    errors, names = np.geterr(), dict(vars(math))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    np.seterr(**errors)
    for name in vars(math).keys() - names:
        delattr(math, name)
