"""What a statement reads, binds and may change: the data flow that standalone snippets are cut along.

Names stand for objects. A statement *uses* the names that it reads before it binds them, *kills* those that it surely
binds anew, and *mutates* those whose objects it may change in place. Where two names may share an object, a change of
one counts as a change of both. All of this is found from the text alone, and where it cannot be known, more is
assumed: a method that is not in the lists below changes its object, and a function that is not known changes its
arguments as soon as any function of the page does such a thing.

Functions read their free names when they are called, not when they are defined. So a name carries the names that its
functions will read (`Facts.deferred`), and whoever uses the one uses the others.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SETTINGS = "@settings"  # print options, error modes, rcParams: every statement is taken to depend on them
CHANCE = "@random"  # the one generator behind numpy.random.normal and the like
FIGURE = "@figure"  # what pyplot draws on


def words(text: str) -> frozenset[str]:
    """Give the words of a text as a set."""
    return frozenset(text.split())


# Methods that leave their object as it is. All others are taken to change it.
PURE = words("""
    all any argmax argmin argsort argpartition astype byteswap choose clip compress conj conjugate copy cumprod
    cumsum diagonal dot dump dumps flatten item max mean min nonzero prod ptp ravel repeat reshape round
    searchsorted squeeze std sum swapaxes take tobytes tolist trace transpose var view count endswith find format
    index isalpha isdigit join ljust lower lstrip partition replace rfind rjust rsplit rstrip split splitlines
    startswith strip title upper zfill encode decode get items keys values most_common union intersection
    difference issubset issuperset limit_denominator is_integer as_integer_ratio bit_length hex deriv integ
""")
# Of those, the ones whose results share the object's memory or elements.
VIEWS = words("""
    diagonal ravel reshape squeeze swapaxes transpose view get items keys values
""")
# Methods of generators of random numbers: they change the generator, and what they return shares nothing.
DRAWS = words("""
    beta binomial bytes chisquare choice dirichlet exponential gamma geometric gumbel integers laplace logistic
    lognormal multinomial multivariate_normal normal pareto permutation permuted poisson power random rayleigh
    standard_cauchy standard_exponential standard_gamma standard_normal triangular uniform vonmises wald weibull
    zipf randint randn rand randrange gauss sample shuffle
""")
# Methods that change their object, for telling whether the bare mention of one (``push = stack.append``) matters.
CHANGES = DRAWS | words("""
    append extend insert remove pop popitem clear sort reverse add discard update setdefault fill put itemset
    resize partition setflags write writelines send step
""") - {"partition"}
# Functions that change an argument, wherever they come from.
ARGUMENT_CHANGERS = words("""
    shuffle copyto put place putmask put_along_axis fill_diagonal at heappush heappop heapify insort insort_left
    insort_right setattr delattr next readinto exec eval
""")
CHANGED_KEYWORDS = words("""
    out output rng generator random_state seed_sequence file ax where_out
""")
# NumPy's functions that may return a view of an argument; its others return arrays of their own.
NUMPY_VIEWS = words("""
    asarray asanyarray ascontiguousarray asfortranarray require reshape ravel transpose squeeze expand_dims
    atleast_1d atleast_2d atleast_3d broadcast_to broadcast_arrays swapaxes moveaxis rollaxis flip fliplr flipud
    rot90 diagonal diag split array_split hsplit vsplit dsplit sliding_window_view as_strided real imag frombuffer
    matrix_transpose permute_dims nditer ndenumerate
""")
FRESH_BUILTINS = words("""
    abs all any bin bool bytes callable chr complex dict.fromkeys divmod float format frozenset hash hex id input
    int isinstance issubclass len oct ord pow print range repr round str sum type display
""")
ITERATORS = words("""
    iter map filter zip enumerate reversed open
""")
GENERATORS = words("""
    default_rng Generator RandomState Random SystemRandom
""")
LIBRARIES = ("numpy.", "scipy.", "math.", "cmath.", "fractions.", "operator.", "matplotlib.", "PIL.", "sklearn.")
# Their objects (layers, axes, pictures) change themselves, but never the arrays that they are given.
FOREIGN = ("convbook.nn.", "matplotlib.", "PIL.", "sklearn.")
SHALLOW = "="  # before a name: the container itself was changed, and nothing that lies in it
IMMUTABLE_ATTRIBUTES = words("""
    shape size ndim dtype itemsize nbytes strides __name__ __doc__
""")

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
CONTAINERS = (ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.DictComp, ast.Set, ast.SetComp)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


# Names: who reads and who binds ---------------------------------------------------------------------------------
@dataclass
class Names:
    """The names that a piece of code reads first, surely binds, maybe binds, and reads in functions later."""

    uses: set[str] = field(default_factory=set)
    kills: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)


def names_of(statement: ast.stmt) -> Names:
    """Find the names of one statement at the top level of a page."""
    names = Names()
    names.kills = _flow([statement], names, set())
    return names


def _flow(body: Iterable[ast.stmt], names: Names, bound: set[str]) -> set[str]:
    """Walk statements in order; return what is surely bound after them."""
    for node in body:
        bound = _statement(node, names, bound)
    return bound


def _statement(node: ast.stmt, names: Names, bound: set[str]) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for part in [*node.decorator_list, *_defaults(node.args), *_annotations(node)]:
            _reads(part, names, bound)
        names.deferred |= free_names(node)
        return _bind({node.name}, names, bound)
    if isinstance(node, ast.ClassDef):
        for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
            _reads(part, names, bound)
        inner = Names()
        _flow(node.body, inner, set())
        names.uses |= inner.uses - bound
        names.deferred |= inner.deferred
        return _bind({node.name}, names, bound)
    if isinstance(node, ast.Import | ast.ImportFrom):
        names.binds |= {local_name(alias) for alias in node.names}
        # import scipy.signal adds to what scipy is: it does not put an end to import scipy.ndimage
        return bound | {local_name(alias) for alias in node.names if alias.asname or "." not in alias.name}
    if isinstance(node, ast.For | ast.AsyncFor):
        _reads(node.iter, names, bound)
        _reads(node.target, names, bound)
        inside = _flow(node.body, names, _bind(_targets(node.target), names, bound))
        _flow(node.orelse, names, bound)
        return inside if _runs_at_least_once(node) else bound
    if isinstance(node, ast.While):
        _reads(node.test, names, bound)
        _flow(node.body, names, bound)
        _flow(node.orelse, names, bound)
        return bound
    if isinstance(node, ast.If):
        _reads(node.test, names, bound)
        return _flow(node.body, names, bound) & _flow(node.orelse, names, bound)
    if isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            _reads(item.context_expr, names, bound)
            if item.optional_vars is not None:
                _reads(item.optional_vars, names, bound)
                bound = _bind(_targets(item.optional_vars), names, bound)
        inside = _flow(node.body, names, bound)
        # A context manager may swallow an exception, and then its body was left half way.
        return bound if any("suppress" in ast.dump(item.context_expr) for item in node.items) else inside
    if isinstance(node, ast.Try | ast.TryStar):
        after = _flow(node.orelse, names, _flow(node.body, names, bound))
        for handler in node.handlers:
            if handler.type is not None:
                _reads(handler.type, names, bound)
            caught = _bind({handler.name}, names, bound) if handler.name else bound
            after = after & (_flow(handler.body, names, caught) - ({handler.name} - bound))
        return _flow(node.finalbody, names, bound) | after
    if isinstance(node, ast.Match):
        _reads(node.subject, names, bound)
        for case in node.cases:
            captured = {n.name for n in ast.walk(case.pattern) if getattr(n, "name", None)}
            inside = _bind(captured, names, bound)
            if case.guard is not None:
                _reads(case.guard, names, inside)
            _flow(case.body, names, inside)
        return bound
    # A simple statement: its expressions are read first, then its targets are bound.
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            _reads(child, names, bound)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.uses |= {node.target.id} - bound
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [getattr(node, "target", None)]
    if isinstance(node, ast.Delete):
        names.uses |= {name for target in targets for name in _targets(target)} - bound
    if isinstance(node, ast.AnnAssign) and node.value is None:
        targets = []
    walrus = {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
    names.binds |= walrus
    return _bind({name for target in targets if target is not None for name in _targets(target)}, names, bound)


def _bind(new: set[str], names: Names, bound: set[str]) -> set[str]:
    names.binds |= new
    return bound | new


def _runs_at_least_once(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop surely runs: over a display with elements, or a range of a positive constant."""
    if isinstance(node.iter, ast.List | ast.Tuple | ast.Set):
        return any(not isinstance(element, ast.Starred) for element in node.iter.elts)
    if isinstance(node.iter, ast.Dict):
        return None not in node.iter.keys and bool(node.iter.keys)
    if isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id == "range":
        arguments = node.iter.args
        return len(arguments) == 1 and isinstance(arguments[0], ast.Constant) and arguments[0].value > 0
    return False


def _targets(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}


def _reads(node: ast.AST, names: Names, bound: set[str]) -> None:
    """Note the names that an expression reads; those in its functions also as read later."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in bound:
            names.uses.add(node.id)
    elif isinstance(node, ast.Lambda):
        for part in _defaults(node.args):
            _reads(part, names, bound)
        free = free_names(node)
        names.uses |= free - bound  # it may be called at once
        names.deferred |= free
    elif isinstance(node, COMPREHENSIONS):
        inner = set(bound)
        for generator in node.generators:
            _reads(generator.iter, names, inner)
            inner = inner | _targets(generator.target)
            for condition in generator.ifs:
                _reads(condition, names, inner)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            _reads(part, names, inner)
        if isinstance(node, ast.GeneratorExp):
            names.deferred |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - _targets(node)
    elif isinstance(node, ast.NamedExpr):
        _reads(node.value, names, bound)
        names.binds.add(node.target.id)
    else:
        for child in ast.iter_child_nodes(node):
            _reads(child, names, bound)


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [default for default in [*arguments.defaults, *arguments.kw_defaults] if default is not None]


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    found = [argument.annotation for argument in arguments_of(node)] + [node.returns]
    return [annotation for annotation in found if annotation is not None]


def arguments_of(node: Function) -> list[ast.arg]:
    """List all parameters of a function, in order."""
    a = node.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *([a.vararg] if a.vararg else []), *([a.kwarg] if a.kwarg else [])]


def local_name(alias: ast.alias) -> str:
    """Give the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a function's body without the bodies of the functions, classes and comprehensions within."""
    body = node.body if isinstance(node.body, list) else [node.body]
    pending: list[ast.AST] = list(body)
    while pending:
        one = pending.pop()
        yield one
        if not isinstance(one, (*FUNCTIONS, ast.ClassDef)):
            pending += ast.iter_child_nodes(one)


def locals_of(node: Function) -> set[str]:
    """Give the names that are local to a function."""
    bound, shared = {argument.arg for argument in arguments_of(node)}, set()
    for one in _own(node):
        if isinstance(one, ast.Global | ast.Nonlocal):
            shared |= set(one.names)
        elif isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            bound.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            bound |= {local_name(alias) for alias in one.names}
        elif isinstance(one, ast.ExceptHandler) and one.name:
            bound.add(one.name)
    return bound - shared


def free_names(node: Function) -> set[str]:
    """Give the names that a function takes from around it, also in the functions within it."""
    free: set[str] = set()
    for one in _own(node):
        if isinstance(one, FUNCTIONS):
            free |= free_names(one)
            for part in [*_defaults(one.args), *getattr(one, "decorator_list", [])]:
                free |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
        elif isinstance(one, ast.ClassDef):
            inner = Names()
            _flow([one], inner, set())
            free |= inner.uses | inner.deferred
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            free.add(one.id)
        elif isinstance(one, ast.Global):
            free |= set(one.names)
    return free - locals_of(node)


# Changes: what is changed in place, and who shares it ---------------------------------------------------------------
@dataclass
class Summary:
    """What calling a function of the page does: to its parameters, to names around it, and what it hands out."""

    parameters: list[str]
    changes: set[str] = field(default_factory=set)  # parameters and free names
    returns: set[str] = field(default_factory=set)  # parameters and free names that the result may share
    keeps: bool = False  # a default value is changed, or something in a closure: the function remembers
    prints: bool = False
    iterates: bool = False  # it returns an iterator, which every use moves on


@dataclass
class Facts:
    """What is known at one point of the page about its names."""

    functions: dict[str, list[ast.AST]] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)  # local name -> dotted name of what was imported
    kinds: dict[str, str] = field(default_factory=dict)  # "rng", "iterator", "list"
    shares: dict[str, set[str]] = field(default_factory=dict)
    deferred: dict[str, set[str]] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)  # what lies in a list or a dictionary

    def closure(self, names: set[str]) -> set[str]:
        """Add to the names those that their functions read."""
        found, pending = set(names), list(names)
        while pending:
            for name in self.deferred.get(pending.pop(), ()):
                if name not in found:
                    found.add(name)
                    pending.append(name)
        return found

    def sharing(self, names: set[str]) -> set[str]:
        """Add to the names those that may share an object with one."""
        found = set()
        for name in names:
            if name.startswith(SHALLOW):
                name = name.removeprefix(SHALLOW)
                found |= {name} | (self.shares.get(name, set()) - self.held.get(name, set()))
            else:
                found |= {name} | self.shares.get(name, set())
        return found


class Analysis:
    """Judges the statements of one page."""

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        self.summaries: dict[ast.AST, Summary] = {}
        self.methods: dict[str, list[Function]] = {}
        self.functions: dict[str, list[ast.AST]] = {}  # all versions, for calls inside of functions
        self.modules: dict[str, str] = {}
        self.wild = False  # some function of the page changes what it is given: unknown ones may be it
        nodes = [node for statement in statements for node in ast.walk(statement)]
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self.functions.setdefault(node.name, []).append(node)
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        self.methods.setdefault(method.name, []).append(method)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for name in _targets(node):
                    self.functions.setdefault(name, []).append(node.value)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self.modules |= imported(node)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                for target, value in _pairs(node.targets[0], node.value):
                    if isinstance(target, ast.Name) and (dotted := module_of(value, Facts(modules=self.modules))):
                        self.modules[target.id] = dotted
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        bare = (n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load) and n not in called)
        known = Facts(modules=self.modules)
        self.hands_out_methods = any(node.attr in CHANGES and module_of(node, known) is None for node in bare)
        everything = [node for node in nodes if isinstance(node, FUNCTIONS)]
        for node in everything:
            self.summaries[node] = Summary([argument.arg for argument in arguments_of(node)])
        before = None
        while before != (before := repr((self.summaries.values(), self.wild))):  # until nothing new is found
            for node in everything:
                self._summarize(node)
            self.wild = self.hands_out_methods or any(
                name != "self" and "rng" not in name for s in self.summaries.values() for name in s.changes
            )

    def _summarize(self, node: Function) -> None:
        summary = self.summaries[node]
        local = locals_of(node)
        body = node.body if isinstance(node.body, list) else [ast.Expr(node.body)]
        facts = Facts(
            dict(self.functions),
            {name: dotted for name, dotted in self.modules.items() if name not in local},
        )
        for name in local:
            inner = [one for one in _own(node) if getattr(one, "name", None) == name and one in self.summaries]
            if inner or name in facts.functions:
                facts.functions[name] = inner
        for name in local:
            if "rng" in name:
                facts.kinds[name] = "rng"
        for one in _own(node):
            if isinstance(one, ast.Import | ast.ImportFrom):
                facts.modules |= imported(one)
        for _ in range(2):  # twice, for loops hand changes on to their next round
            for statement in body:
                self._share(statement, facts, keep=True)
        changed: set[str] = set()
        for statement in body:
            changed |= self.changed(statement, facts)
        inner_closures = {
            name for one in _own(node) if isinstance(one, ast.Nonlocal) for name in one.names
        }  # of the function around
        shared = {name for one in _own(node) if isinstance(one, ast.Global) for name in one.names}
        outside = set(summary.parameters) | free_names(node)
        summary.changes |= (changed & outside) | shared | inner_closures
        arguments = node.args
        defaulted = [a.arg for a in [*arguments.posonlyargs, *arguments.args][::-1][: len(arguments.defaults)]]
        defaulted += [
            a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is not None
        ]
        summary.keeps |= bool(summary.changes & set(defaulted)) or bool(inner_closures)
        results = [one.value for one in _own(node) if isinstance(one, ast.Return) and one.value is not None]
        results += [node.body] if isinstance(node, ast.Lambda) else []
        yields = [
            one.value for one in _own(node) if isinstance(one, ast.Yield | ast.YieldFrom) and one.value is not None
        ]
        for value in results + yields:
            summary.returns |= facts.sharing(self.sharing(value, facts)) & outside
        summary.iterates |= bool(yields) or any(self.kind(value, facts) == "iterator" for value in results)
        summary.prints |= any(self.prints(statement, facts) for statement in body)

    # Expressions
    def callee(self, node: ast.expr, facts: Facts) -> tuple[str, object]:
        """Tell what is called: ("module" | "builtin", name), ("page", functions) or ("method" | "unknown", node)."""
        if isinstance(node, ast.Name):
            if facts.functions.get(node.id):
                return "page", facts.functions[node.id]
            if node.id in facts.modules:
                return "module", facts.modules[node.id]
            if hasattr(builtins, node.id) or node.id in ("display", "glue"):
                return "builtin", node.id
            return "unknown", node
        if isinstance(node, ast.Lambda):
            return "page", [node]
        if isinstance(node, ast.Attribute):
            dotted = module_of(node, facts)
            return ("module", dotted) if dotted else ("method", node)
        return "unknown", node

    def kind(self, node: ast.expr, facts: Facts) -> str | None:
        """Tell what sort of object an expression is, as far as it matters."""
        if isinstance(node, ast.Name):
            return facts.kinds.get(node.id)
        if isinstance(node, ast.GeneratorExp):
            return "iterator"
        if isinstance(node, CONTAINERS):
            return "list"
        if isinstance(node, ast.Constant):
            return "plain"
        if isinstance(node, ast.Call):
            how, what = self.callee(node.func, facts)
            name = str(what).rpartition(".")[2] if how in ("module", "builtin") else ""
            if how == "builtin" and name in ("list", "dict", "set", "tuple", "sorted"):
                return "list"
            if name in GENERATORS:
                return "rng"
            if name in ITERATORS or (how == "module" and str(what).startswith("itertools.")):
                return "iterator"
            if how == "page" and any(s.iterates for s in self._summaries(what)):
                return "iterator"
            if how == "module" and str(what).startswith(
                ("numpy.", "convbook.convol", "convbook.corr", "convbook.conv")
            ):
                return "array" if not name.startswith(("split", "array_split", "conv_vjp")) else None
            if how == "module" and str(what).startswith(FOREIGN):
                return "foreign"
            if how == "method" and self.kind(node.func.value, facts) in ("foreign", "array"):  # type: ignore[attr-defined]
                return self.kind(node.func.value, facts)  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute | ast.Subscript) and self.kind(node.value, facts) in ("foreign", "array"):
            return self.kind(node.value, facts)
        if isinstance(node, ast.BinOp):
            return "array" if "array" in (self.kind(node.left, facts), self.kind(node.right, facts)) else None
        return None

    def _summaries(self, functions: object) -> list[Summary]:
        found = []
        for function in functions:  # type: ignore[attr-defined]
            if isinstance(function, ast.ClassDef):
                found += [
                    self.summaries[m] for m in function.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"
                ]
            else:
                found.append(self.summaries[function])
        return found

    def sharing(self, node: ast.AST | None, facts: Facts) -> set[str]:
        """Give the names whose objects the value of an expression may share."""
        again = lambda *parts: set().union(*(self.sharing(part, facts) for part in parts))  # noqa: E731
        match node:
            case None | ast.Constant() | ast.JoinedStr() | ast.Compare() | ast.UnaryOp():
                return set()
            case ast.Name():
                return set() if node.id in facts.modules else {node.id}
            case ast.Attribute():
                return set() if node.attr in IMMUTABLE_ATTRIBUTES else again(node.value)
            case ast.Subscript() | ast.Starred() | ast.Await() | ast.NamedExpr():
                return again(node.value)
            case ast.BinOp():
                if not isinstance(node.op, ast.Add | ast.Mult | ast.BitOr):
                    return set()
                kinds = {self.kind(node.left, facts), self.kind(node.right, facts)}
                return set() if "array" in kinds else again(node.left, node.right)
            case ast.BoolOp():
                return again(*node.values)
            case ast.IfExp():
                return again(node.body, node.orelse)
            case ast.Lambda():
                return free_names(node) - set(facts.modules)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                inner = self._inside(node, facts)
                parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                found = set().union(*(self.sharing(part, inner) for part in parts))
                return inner.sharing(found) - _targets(node)
            case ast.Call():
                return self._result(node, facts)
        return again(*(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)))

    def _inside(self, node: ast.AST, facts: Facts) -> Facts:
        """Add what a comprehension's own names share."""
        shares, functions = dict(facts.shares), dict(facts.functions)
        inner = Facts(functions, dict(facts.modules), dict(facts.kinds), shares, facts.deferred, dict(facts.held))
        for generator in node.generators:  # type: ignore[attr-defined]
            source = inner.sharing(self.sharing(generator.iter, inner))
            for name in _targets(generator.target):
                shares[name] = set(source)
                functions.pop(name, None)
                inner.modules.pop(name, None)
                inner.kinds.pop(name, None)
        return inner

    def _result(self, node: ast.Call, facts: Facts) -> set[str]:
        """Give the names whose objects the result of a call may share."""
        arguments = self._given(node, facts)
        how, what = self.callee(node.func, facts)
        if how == "builtin":
            return set() if what in FRESH_BUILTINS else arguments
        if how == "module":
            dotted = str(what)
            last = dotted.rpartition(".")[2]
            if dotted.startswith("matplotlib.pyplot."):
                return {FIGURE}
            if last in GENERATORS or dotted.startswith("convbook.figures"):
                return set()
            if dotted.startswith("convbook.") and ".nn." not in dotted:
                return {name for name in arguments if facts.kinds.get(name) != "rng"}
            if dotted.startswith(LIBRARIES):
                copies = not any(keyword.arg in ("copy", "out", "output") for keyword in node.keywords)
                return set() if copies and last not in NUMPY_VIEWS else arguments
            return arguments
        if how == "page":
            found = set()
            for function, summary in zip(what, self._padded(what), strict=False):  # type: ignore[arg-type]
                if isinstance(function, ast.ClassDef):
                    found |= arguments
                elif summary is not None:
                    found |= self._map(node, summary, summary.returns, facts)
            return found
        if how == "method":
            method = node.func.attr  # type: ignore[attr-defined]
            receiver = self.sharing(node.func.value, facts)  # type: ignore[attr-defined]
            if method not in self.methods:
                if method in DRAWS or (method in PURE and method not in VIEWS | {"astype"}):
                    return set()
                if method in VIEWS or self.kind(node.func.value, facts) == "foreign":  # type: ignore[attr-defined]
                    return receiver
                if method == "astype" and not any(keyword.arg == "copy" for keyword in node.keywords):
                    return set()
            return receiver | arguments
        return arguments | self.sharing(node.func, facts)

    def _padded(self, functions: object) -> list[Summary | None]:
        return [self.summaries.get(function) for function in functions]  # type: ignore[attr-defined]

    def _given(self, node: ast.Call, facts: Facts) -> set[str]:
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        return set().union(*(self.sharing(value, facts) for value in values))

    def _map(
        self, node: ast.Call, summary: Summary, names: set[str], facts: Facts, receiver: ast.expr | None = None
    ) -> set[str]:
        """Translate parameters of a function into what a call gives for them; names around it stay."""
        found = names - set(summary.parameters)
        positional = ([receiver] if receiver is not None else []) + node.args
        starred = any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
        given: dict[str, ast.expr] = dict(zip(summary.parameters, positional, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        for name in names & set(summary.parameters):
            if starred or len(positional) > len(summary.parameters) or (name not in given and positional[len(given) :]):
                found |= self._given(node, facts) | self.sharing(receiver, facts)
            elif name in given:
                found |= self.sharing(given[name], facts)
        return found

    # What is changed
    def changed(self, node: ast.AST, facts: Facts) -> set[str]:
        """Give the names whose objects a piece of code may change, with all that share them."""
        return facts.sharing(self._changed(node, facts))

    def _changed(self, node: ast.AST, facts: Facts) -> set[str]:
        if isinstance(node, FUNCTIONS):
            parts = [*_defaults(node.args), *getattr(node, "decorator_list", [])]
            return set().union(*(self._changed(part, facts) for part in parts))
        if isinstance(node, COMPREHENSIONS):
            inner = self._inside(node, facts)
            found = set()
            for child in ast.iter_child_nodes(node):
                found |= inner.sharing(self._changed(child, inner))
            for generator in node.generators:
                found |= self._consumed(generator.iter, facts)
            return found - _targets(node) - {SHALLOW + name for name in _targets(node)}
        found = set()
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found |= self._itself_or_all(node.value, facts)
        elif isinstance(node, ast.AugAssign):
            found |= self._itself_or_all(_as_load(node.target), facts)
        elif isinstance(node, ast.For | ast.AsyncFor):
            found |= self._consumed(node.iter, facts)
        elif isinstance(node, ast.YieldFrom | ast.Starred):
            found |= self._consumed(node.value, facts)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                how, _ = self.callee(item.context_expr, facts)
                if how not in ("builtin",) and not isinstance(item.context_expr, ast.Call):
                    found |= self.sharing(item.context_expr, facts)
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Tuple | ast.List) for t in node.targets):
            found |= self._consumed(node.value, facts)
        elif isinstance(node, ast.Call):
            found |= self._changed_by_call(node, facts)
        for child in ast.iter_child_nodes(node):
            found |= self._changed(child, facts)
        return found

    def _itself_or_all(self, node: ast.expr, facts: Facts) -> set[str]:
        """Give what a change of the object itself reaches: of a container, not what lies in it."""
        if isinstance(node, ast.Name) and facts.kinds.get(node.id) == "list":
            return {SHALLOW + node.id}
        if module_of(node, facts):
            return {SETTINGS}
        return self.sharing(node, facts)

    def _consumed(self, node: ast.expr, facts: Facts) -> set[str]:
        """Give the iterators, which move on when they are read."""
        return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and facts.kinds.get(n.id) == "iterator"}

    def _changed_by_call(self, node: ast.Call, facts: Facts) -> set[str]:
        found: set[str] = set()
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        for keyword in node.keywords:
            if keyword.arg in CHANGED_KEYWORDS:
                found |= self.sharing(keyword.value, facts)
        for value in values:
            found |= self._consumed(value, facts) if isinstance(value, ast.Name | ast.Starred) else set()
            # A function that is handed over may be called with what is handed over beside it.
            if isinstance(value, ast.Name | ast.Lambda):
                how, what = self.callee(value, facts)
                for summary in self._summaries(what) if how == "page" else ():
                    found |= summary.changes - set(summary.parameters)
                    if summary.changes & set(summary.parameters):
                        found |= self._given(node, facts)
                    if summary.keeps and isinstance(value, ast.Name):
                        found.add(value.id)
        how, what = self.callee(node.func, facts)
        if how == "builtin":
            if what in ARGUMENT_CHANGERS:
                found |= self._given(node, facts)
        elif how == "module":
            found |= self._changed_by_library(node, str(what), facts)
        elif how == "page":
            for summary in self._summaries(what):
                found |= self._map(node, summary, summary.changes, facts, _itself(what))
                if summary.keeps and isinstance(node.func, ast.Name):
                    found.add(node.func.id)
        elif how == "method":
            found |= self._changed_by_method(node, node.func, facts)  # type: ignore[arg-type]
        elif not self.wild:
            # At most a generator is used up, and an object that can be called changed.
            draws = any("rng" in name for s in self.summaries.values() for name in s.changes)
            found |= {name for name in self._given(node, facts) if draws and facts.kinds.get(name) == "rng"}
            if "__call__" in self.methods or any(s.keeps for s in self.summaries.values()):
                found |= self.sharing(node.func, facts)
        else:
            found |= self.sharing(node.func, facts) | self._given(node, facts)
            for summary in self.summaries.values():
                found |= summary.changes - set(summary.parameters)
        return found

    def _changed_by_library(self, node: ast.Call, dotted: str, facts: Facts) -> set[str]:
        found: set[str] = set()
        last = dotted.rpartition(".")[2]
        rngs = {
            n.id for n in node.args if isinstance(n, ast.Name) and (facts.kinds.get(n.id) == "rng" or "rng" in n.id)
        }
        found |= facts.sharing(rngs)
        if last in ARGUMENT_CHANGERS:
            found |= self._given(node, facts)
        if dotted.startswith(("numpy.random.", "random.")) and last not in GENERATORS | {"SeedSequence", "PCG64"}:
            found.add(CHANCE)
        elif dotted.startswith("matplotlib.pyplot."):
            found.add(SETTINGS if last in ("rc", "rcdefaults", "use") or "rcParams" in dotted else FIGURE)
        elif dotted.startswith(
            ("os.", "sys.", "warnings.", "locale.", "matplotlib.rc", "matplotlib.style")
        ) or last in (
            "set_printoptions",
            "seterr",
            "seterrcall",
            "set_string_function",
            "set_global_backend",
        ):
            found.add(SETTINGS)
        elif last in CHANGES - DRAWS - {"insert", "put", "resize", "partition", "sort", "extend", "append", "add"}:
            found.add(SETTINGS)  # numpy.sort and the like are functions, sys.path.append was above
        return found

    def _changed_by_method(self, node: ast.Call, function: ast.Attribute, facts: Facts) -> set[str]:
        found: set[str] = set()
        receiver = self.sharing(function.value, facts)
        if function.attr in self.methods:
            for method in self.methods[function.attr]:
                summary = self.summaries[method]
                found |= self._map(node, summary, summary.changes, facts, function.value)
                found |= receiver if summary.keeps else set()
        elif function.attr not in PURE:
            found |= self._itself_or_all(function.value, facts) if function.attr in CHANGES else receiver
            if function.attr in ARGUMENT_CHANGERS:
                found |= self._given(node, facts)
        return found

    # What is shared
    def advance(self, node: ast.stmt, facts: Facts) -> Facts:
        """Give what is known after a statement."""
        after = Facts(
            dict(facts.functions),
            dict(facts.modules),
            dict(facts.kinds),
            {name: set(others) for name, others in facts.shares.items()},
            dict(facts.deferred),
            {name: set(others) for name, others in facts.held.items()},
        )
        names = names_of(node)
        simple = isinstance(
            node, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
        )
        for name in names.kills - names.uses if not simple else ():
            self._rebind({name}, set(), after, keep=False)  # what it was before is not seen any more
        self._share(node, after, keep=not simple)
        read = facts.closure(names.uses)
        carried = names.deferred.union(*(facts.deferred.get(name, ()) for name in read - set(facts.modules)))
        for name in names.binds:
            old = facts.deferred.get(name, set()) if name not in names.kills else set()
            after.deferred[name] = (carried - {name}) | old
        for name in self.changed(node, facts) - names.binds:  # callbacks.append(lambda: ...)
            after.deferred[name] = after.deferred.get(name, set()) | carried
        return after

    def _share(self, node: ast.AST, facts: Facts, *, keep: bool) -> None:
        """Note who shares objects after a piece of code; with `keep`, what was shared before may still be."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            old = facts.functions.get(node.name, []) if keep else []
            self._rebind({node.name}, set(), facts, keep=keep)
            facts.functions[node.name] = [*(one for one in old if one is not node), node]
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, dotted in imported(node).items():
                self._rebind({name}, set(), facts, keep=keep)
                facts.functions.pop(name, None)
                facts.modules[name] = dotted
            return
        if isinstance(node, ast.AugAssign):
            # Only lists take what is added to them; arrays and numbers take its value.
            target = _as_load(node.target)
            if isinstance(node.op, ast.Add | ast.BitOr) and self.kind(target, facts) not in ("array", "plain"):
                self._put(target, facts.sharing(self.sharing(node.value, facts)), facts)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            pairs = _pairs(targets[0], node.value)
            if len(pairs) > 1 and all(module_of(value, facts) for _, value in pairs):
                for target, value in pairs:
                    self._share(ast.Assign([target], value), facts, keep=keep)
                return
            source = facts.sharing(self.sharing(node.value, facts))
            kind, value = self.kind(node.value, facts), node.value
            for target in targets:
                names = _targets(target) if isinstance(target, ast.Name | ast.Tuple | ast.List | ast.Starred) else set()
                functions = self.callee(value, facts) if isinstance(value, ast.Name | ast.Lambda) else ("", None)
                modules = module_of(value, facts)
                self._rebind(names, source, facts, keep=keep)
                for name in names:
                    if isinstance(target, ast.Name):
                        if functions[0] == "page" and not keep:
                            facts.functions[name] = list(functions[1])  # type: ignore[call-overload]
                        if modules and not keep:
                            facts.modules[name] = modules
                    if kind and (isinstance(target, ast.Name) or kind == "foreign"):
                        facts.kinds[name] = kind
                    if kind == "list" and isinstance(target, ast.Name):
                        inside = facts.held.get(value.id, set()) if isinstance(value, ast.Name) else source
                        facts.held[name] = facts.held.get(name, set()) | inside
                if isinstance(target, ast.Subscript | ast.Attribute):
                    self._put(target.value, source, facts)
        elif isinstance(node, ast.For | ast.AsyncFor):
            # In the loop its names are its own, whatever they were before.
            self._rebind(_targets(node.target), facts.sharing(self.sharing(node.iter, facts)), facts, keep=False)
            if self.kind(node.iter, facts) == "foreign":
                facts.kinds |= dict.fromkeys(_targets(node.target), "foreign")
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    source = facts.sharing(self.sharing(item.context_expr, facts))
                    self._rebind(_targets(item.optional_vars), source, facts, keep=keep)
        elif isinstance(node, ast.Delete):
            for name in set().union(*(_targets(target) for target in node.targets)):
                facts.functions.pop(name, None)
        elif isinstance(node, ast.Call):
            self._link_by_call(node, facts)
        if isinstance(node, ast.Lambda):
            return
        for child in ast.iter_child_nodes(node):
            self._share(child, facts, keep=keep or not isinstance(node, ast.Module))

    def _put(self, container: ast.expr, source: set[str], facts: Facts) -> None:
        """Note that something was put into a container; an array takes its value only."""
        if self.kind(container, facts) == "array":
            return
        names = self.sharing(container, facts)
        if isinstance(container, ast.Name) and facts.kinds.get(container.id) == "list":
            facts.held.setdefault(container.id, set()).update(facts.sharing(source) - {container.id})
        self._link(names, source, facts)

    def _link_by_call(self, node: ast.Call, facts: Facts) -> None:
        """Note that a call which changes one thing may put another into it."""
        how, what = self.callee(node.func, facts)
        if how == "method" and (node.func.attr not in PURE | DRAWS or node.func.attr in self.methods):  # type: ignore[attr-defined]
            if self.kind(node.func.value, facts) != "foreign":  # type: ignore[attr-defined]
                self._put(node.func.value, self._given(node, facts), facts)  # type: ignore[attr-defined]
        elif how == "page" and any(summary.changes for summary in self._summaries(what)):
            given = self._given(node, facts) | set().union(
                *(summary.changes - set(summary.parameters) for summary in self._summaries(what))
            )
            self._link(given, given, facts)
        elif how == "unknown" and self.wild:
            given = self._given(node, facts) | self.sharing(node.func, facts)
            self._link(given, given, facts)

    def _rebind(self, names: set[str], source: set[str], facts: Facts, *, keep: bool) -> None:
        for name in names:
            facts.functions.pop(name, None)
            facts.modules.pop(name, None)
            facts.kinds.pop(name, None)
            if not keep:
                facts.held.pop(name, None)
                for other in facts.shares.pop(name, set()):
                    facts.shares.get(other, set()).discard(name)
        self._link(names, source, facts)
        if len(names) > 1 and source:
            self._link(names, names, facts)

    def _link(self, some: set[str], others: set[str], facts: Facts) -> None:
        if not some or not others:
            return
        some, others = facts.sharing(some), facts.sharing(others)
        for name in some:
            for other in others:
                if name != other:
                    facts.shares.setdefault(name, set()).add(other)
                    facts.shares.setdefault(other, set()).add(name)

    # What is printed
    def prints(self, node: ast.AST, facts: Facts) -> bool:
        """Whether a piece of code may print, outside of the functions that it defines."""
        if isinstance(node, FUNCTIONS):
            return False
        if isinstance(node, ast.Call):
            how, what = self.callee(node.func, facts)
            if what in ("print", "display", "glue", "help") and how == "builtin":
                return True
            if how == "page" and any(summary.prints for summary in self._summaries(what)):
                return True
            if how == "method" and any(self.summaries[m].prints for m in self.methods.get(node.func.attr, ())):  # type: ignore[attr-defined]
                return True
            if how == "unknown" and any(summary.prints for summary in self.summaries.values()):
                return True
        return any(self.prints(child, facts) for child in ast.iter_child_nodes(node))


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Map the names that an import binds to what they stand for."""
    if isinstance(node, ast.ImportFrom):
        return {local_name(alias): f"{node.module}.{alias.name}" for alias in node.names}
    return {local_name(alias): alias.name if alias.asname else local_name(alias) for alias in node.names}


def module_of(node: ast.AST, facts: Facts) -> str | None:
    """Give the dotted name of what an expression like ``np.linalg.norm`` stands for."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in facts.modules:
        return ".".join([facts.modules[node.id], *path])
    return None


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Pair the sides of ``a, b = c, d``."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _itself(functions: object) -> ast.expr | None:
    """Stand in for the object that a class makes."""
    return ast.Constant(None) if any(isinstance(f, ast.ClassDef) for f in functions) else None  # type: ignore[attr-defined]


def _as_load(node: ast.expr) -> ast.expr:
    return ast.Name(node.id, ast.Load()) if isinstance(node, ast.Name) else node
