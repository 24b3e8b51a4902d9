"""What the expressions of a page stand for, and with which names their values may share an object."""

import ast
import builtins

from book.execution.names import CONTAINERS, Function, defaults, free_names, targets_of
from book.snippets.facts import Facts, Summary, imported, module_of
from book.snippets.known_calls import (
    CHANCE,
    DRAWS,
    FIGURE,
    FOREIGN,
    FRESH_BUILTINS,
    GENERATORS,
    HANDLES,
    IMMUTABLE_ATTRIBUTES,
    ITERATORS,
    LIBRARIES,
    NUMPY_VIEWS,
    PURE,
    SETTINGS,
    VIEWS,
)


class Objects:
    """The functions, classes and modules of one page, and what its expressions stand for."""

    def __init__(self, nodes: list[ast.AST]) -> None:
        self.summaries: dict[ast.AST, Summary] = {}
        self.methods: dict[str, list[Function]] = {}
        self.functions: dict[str, list[ast.AST]] = {}  # all versions, for calls inside of functions
        self.modules: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self.functions.setdefault(node.name, []).append(node)
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        self.methods.setdefault(method.name, []).append(method)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for name in targets_of(node):
                    self.functions.setdefault(name, []).append(node.value)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self.modules |= imported(node)
            elif isinstance(node, ast.Assign) and len(node.targets) == 1:
                for target, value in pairs_of(node.targets[0], node.value):
                    if isinstance(target, ast.Name) and (dotted := module_of(value, Facts(modules=self.modules))):
                        self.modules[target.id] = dotted
        self.classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}

    def _changed(self, node: ast.AST, facts: Facts) -> set[str]:
        """Give the names whose objects a piece of code may change: `effects` knows."""
        raise NotImplementedError

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
            if how == "method" and node.func.attr == "copy" and self.kind(node.func.value, facts) == "list":  # type: ignore[attr-defined]
                return "list"
            if name in GENERATORS:
                return "rng"
            if name == "defaultdict":
                return name
            if name in ITERATORS or (how == "module" and str(what).startswith("itertools.")):
                return "iterator"
            if how == "page" and any(s.iterates for s in self.called_summaries(what)):
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

    def reached(self, node: ast.expr, facts: Facts) -> set[str]:
        """Give what a change of the value of an expression reaches; in a module it is the whole program's."""
        root = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if (dotted := module_of(root, facts)) is None:
            return self.sharing(node, facts)
        return {CHANCE if dotted == "random" or module_of(node, facts) == "numpy.random" else SETTINGS}

    def is_class(self, node: ast.expr, facts: Facts) -> bool:
        """Whether an expression is the name of a class, built in or of the page."""
        if not isinstance(node, ast.Name):
            return False
        how, what = self.callee(node, facts)
        built_in = how == "builtin" and isinstance(getattr(builtins, str(what), None), type)
        return built_in or (how == "page" and any(isinstance(one, ast.ClassDef) for one in what))  # type: ignore[attr-defined]

    def repeats(self, node: ast.expr, facts: Facts) -> bool:
        """Whether one object may be at two places of a value that is unpacked."""
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Mult | ast.Add) and self.kind(node, facts) != "array"
        return isinstance(node, ast.Call) and self.callee(node.func, facts)[0] in ("page", "unknown")

    def called_summaries(self, functions: object) -> list[Summary]:
        """Give what is known of some functions; of a class, what making an object of it does."""
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
                return (free_names(node) - set(facts.modules)) | again(*defaults(node.args))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                inner = self.inside(node, facts)
                parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
                found = set().union(*(self.sharing(part, inner) for part in parts))
                if isinstance(node, ast.GeneratorExp):  # what it will change when it is read
                    found = found.union(*(self._changed(part, inner) for part in parts))
                return inner.sharing(found) - targets_of(node)
            case ast.Call():
                return self._result(node, facts)
        return again(*(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)))

    def inside(self, node: ast.AST, facts: Facts) -> Facts:
        """Add what a comprehension's own names share."""
        shares, functions = dict(facts.shares), dict(facts.functions)
        inner = Facts(functions, dict(facts.modules), dict(facts.kinds), shares, facts.deferred, dict(facts.held))
        for generator in node.generators:  # type: ignore[attr-defined]
            source = inner.sharing(self.sharing(generator.iter, inner))
            for name in targets_of(generator.target):
                shares[name] = set(source)
                functions.pop(name, None)
                inner.modules.pop(name, None)
                inner.kinds.pop(name, None)
        return inner

    def _result(self, node: ast.Call, facts: Facts) -> set[str]:
        """Give the names whose objects the result of a call may share."""
        arguments = self.given(node, facts)
        how, what = self.callee(node.func, facts)
        if how == "builtin" and what == "type":
            return set(self.classes)
        if how == "builtin" and ((what == "open" and writes(node, 1)) or what in HANDLES):
            return {SETTINGS}
        if how == "builtin":
            later = set()
            for value in node.args if what in ITERATORS else ():  # what a function will change when it is called
                kind, functions = self.callee(value, facts)
                later |= (
                    set().union(*(s.changes for s in self.called_summaries(functions))) if kind == "page" else set()
                )
            return set() if what in FRESH_BUILTINS else arguments | later
        if how == "module":
            dotted = str(what)
            last = dotted.rpartition(".")[2]
            if dotted.startswith("matplotlib.pyplot."):
                return {FIGURE}
            if last in HANDLES:
                return {SETTINGS}
            if last in GENERATORS:  # one may draw from another
                return {name for name in facts.sharing(arguments) if facts.kinds.get(name) == "rng"}
            if dotted.startswith("convbook.figures"):
                return set()
            if dotted.startswith("convbook.") and ".nn." not in dotted:
                return {name for name in arguments if facts.kinds.get(name) != "rng"}
            if dotted.startswith(LIBRARIES):
                copies = not any(keyword.arg in ("copy", "out", "output") for keyword in node.keywords)
                copies &= not any(k.arg == "dtype" and "object" in ast.unparse(k.value) for k in node.keywords)
                views = last in NUMPY_VIEWS or (last == "einsum" and len(node.args) == 2)
                return set() if copies and not views else arguments
            return arguments
        if how == "page":
            found = set()
            for function, summary in zip(what, self._padded(what), strict=False):  # type: ignore[arg-type]
                if isinstance(function, ast.ClassDef):
                    own_values = [one.value for one in function.body if isinstance(one, ast.Assign)]
                    shared = any(not isinstance(value, ast.Constant) for value in own_values)
                    found |= arguments | ({function.name} if shared else set())
                elif summary is not None:
                    handed = summary.returns | (summary.changes if summary.iterates else set())
                    found |= self.translated(node, summary, handed, facts)
            return found
        if how == "method":
            method = node.func.attr  # type: ignore[attr-defined]
            receiver = self.sharing(node.func.value, facts)  # type: ignore[attr-defined]
            if method not in self.methods:
                if method == "copy" and self.kind(node.func.value, facts) == "list":  # type: ignore[attr-defined]
                    return receiver
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

    def given(self, node: ast.Call, facts: Facts) -> set[str]:
        """Give the names whose objects a call hands over."""
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        return set().union(*(self.sharing(value, facts) for value in values))

    def translated(
        self, node: ast.Call, summary: Summary, names: set[str], facts: Facts, receiver: ast.expr | None = None
    ) -> set[str]:
        """Translate parameters of a function into what a call gives for them; names around it stay."""
        found = names - set(summary.parameters)
        positional = ([receiver] if receiver is not None else []) + node.args
        starred = any(isinstance(a, ast.Starred) for a in node.args)
        starred |= any(k.arg not in summary.parameters for k in node.keywords)
        given: dict[str, ast.expr] = dict(zip(summary.parameters, positional, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        for name in names & set(summary.parameters):
            if starred or len(positional) > len(summary.parameters) or (name not in given and positional[len(given) :]):
                found |= self.given(node, facts) | self.sharing(receiver, facts)
            elif name in given:
                found |= self.reached(given[name], facts)
        return found


def writes(node: ast.Call, place: int) -> bool:
    """Whether a call of ``open`` is for writing; its mode may stand at `place`."""
    modes = [*node.args[place : place + 1], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    return any(not (isinstance(m, ast.Constant) and set(str(m.value)) <= set("rbtU")) for m in modes)


def pairs_of(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Pair the sides of ``a, b = c, d``."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]
