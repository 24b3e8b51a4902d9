"""What a statement reads, binds and may change: the data flow that standalone snippets are cut along.

Names stand for objects. A statement *uses* the names that it reads before it binds them, *kills* those that it surely
binds anew, and *mutates* those whose objects it may change in place. Where two names may share an object, a change of
one counts as a change of both. All of this is found from the text alone, and where it cannot be known, more is
assumed: a method that is not in the lists of `known_calls` changes its object, and a function that is not known
changes its arguments as soon as any function of the page does such a thing.

Functions read their free names when they are called, not when they are defined. So a name carries the names that its
functions will read (`Facts.deferred`), and whoever uses the one uses the others.
"""

import ast
import inspect
from collections.abc import Iterable
from functools import cache

import numpy as np

from book.execution.names import (
    COMPREHENSIONS,
    FUNCTIONS,
    Function,
    arguments_of,
    defaults,
    free_names,
    locals_of,
    named,
    names_of,
    own,
    targets_of,
)
from book.snippets.facts import Facts, Summary, imported, module_of
from book.snippets.known_calls import (
    ARGUMENT_CHANGERS,
    CALLED,
    CHANCE,
    CHANGED_KEYWORDS,
    CHANGES,
    DRAWS,
    FIGURE,
    GENERATORS,
    OUT,
    PRINTERS,
    PURE,
    SETTERS,
    SETTINGS,
    SHALLOW,
    WRITERS,
)
from book.snippets.objects import Objects, pairs_of, writes


class Analysis(Objects):
    """Judges the statements of one page."""

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        nodes = [node for statement in statements for node in ast.walk(statement)]
        super().__init__(nodes)
        self.hooks: list[Summary] = []
        self.wild = False  # some function of the page changes what it is given: unknown ones may be it
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        bare = (n for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load) and n not in called)
        known = Facts(modules=self.modules)
        self.hands_out_methods = any(node.attr in CHANGES and module_of(node, known) is None for node in bare)
        words = {getattr(node, "attr", getattr(node, "id", "")) for node in nodes}
        self.hands_out_methods |= bool(words & {"getattr", "methodcaller"})
        mentioned = (module_of(n, known) for n in nodes if isinstance(n, ast.Name | ast.Attribute) and n not in called)
        self.handed = set().union(*(shared_state(dotted) for dotted in mentioned if dotted)) - {FIGURE}
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
            # Operators, items and attributes call methods, too, and so do functions as len and statements as del.
            self.hooks = [
                self.summaries[method]
                for name, methods in self.methods.items()
                for method in methods
                if (name.startswith("__") and name not in CALLED) or getattr(method, "decorator_list", [])
                if self.summaries[method].changes
            ]

    def learn(self, tree: ast.AST) -> None:
        """Judge the functions of a statement of the page that was parsed once more: its nodes are new."""
        new = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS) and node not in self.summaries]
        for node in new:
            self.summaries[node] = Summary([argument.arg for argument in arguments_of(node)])
        for node in new * 2:  # one may call another
            self._summarize(node)

    def _summarize(self, node: Function) -> None:
        summary = self.summaries[node]
        local = locals_of(node)
        body = node.body if isinstance(node.body, list) else [ast.Expr(node.body)]
        facts = Facts(
            dict(self.functions),
            {name: dotted for name, dotted in self.modules.items() if name not in local},
        )
        for name in local:
            inner = [one for one in own(node) if getattr(one, "name", None) == name and one in self.summaries]
            if inner or name in facts.functions:
                facts.functions[name] = inner
        for name in local:
            if "rng" in name:
                facts.kinds[name] = "rng"
        for one in own(node):
            if isinstance(one, ast.Import | ast.ImportFrom):
                facts.modules |= imported(one)
        for _ in range(2):  # twice, for loops hand changes on to their next round
            for statement in body:
                self._share(statement, facts, keep=True)
        changed: set[str] = set()
        for statement in body:
            changed |= self.changed(statement, facts)
        inner_closures = {
            name for one in own(node) if isinstance(one, ast.Nonlocal) for name in one.names
        }  # of the function around
        shared = {name for one in own(node) if isinstance(one, ast.Global) for name in one.names}
        outside = set(summary.parameters) | free_names(node) | self.classes | {SETTINGS, CHANCE}
        summary.changes |= (changed & outside) | shared | inner_closures
        arguments = node.args
        defaulted = [a.arg for a in [*arguments.posonlyargs, *arguments.args][::-1][: len(arguments.defaults)]]
        defaulted += [
            a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is not None
        ]
        summary.keeps |= bool(summary.changes & set(defaulted)) or bool(inner_closures)
        results = [one.value for one in own(node) if isinstance(one, ast.Return) and one.value is not None]
        results += [node.body] if isinstance(node, ast.Lambda) else []
        yields = [
            one.value for one in own(node) if isinstance(one, ast.Yield | ast.YieldFrom) and one.value is not None
        ]
        for value in results + yields:
            summary.returns |= facts.sharing(self.sharing(value, facts)) & outside
        summary.iterates |= bool(yields) or any(self.kind(value, facts) == "iterator" for value in results)
        summary.prints |= any(self.prints(statement, facts) for statement in body)

    # What is changed
    def changed(self, node: ast.AST, facts: Facts) -> set[str]:
        """Give the names whose objects a piece of code may change, with all that share them."""
        return facts.sharing(self._changed(node, facts))

    def _changed(self, node: ast.AST, facts: Facts) -> set[str]:
        if isinstance(node, FUNCTIONS):
            decorators = getattr(node, "decorator_list", [])
            found = set().union(*(self._changed(part, facts) for part in [*defaults(node.args), *decorators]))
            return found.union(*(self._changed_by_call(_called(one, node), facts) for one in decorators))
        if isinstance(node, COMPREHENSIONS):
            inner = self.inside(node, facts)
            found = set()
            for child in ast.iter_child_nodes(node):
                found |= inner.sharing(self._changed(child, inner))
            for generator in node.generators:
                found |= self._consumed(generator.iter, facts)
            return found - targets_of(node) - {SHALLOW + name for name in targets_of(node)}
        found = set()
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found |= self._itself_or_all(node.value, facts)
        elif isinstance(node, ast.AugAssign):
            found |= self._itself_or_all(_as_load(node.target), facts)
        elif isinstance(node, ast.For | ast.AsyncFor):
            found |= self._consumed(node.iter, facts)
        elif isinstance(node, ast.YieldFrom | ast.Starred):
            found |= self._consumed(node.value, facts)
        elif isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            found |= set().union(*(self._consumed(other, facts) for other in node.comparators))
        elif isinstance(node, ast.Subscript) and self.kind(node.value, facts) == "defaultdict":
            found |= self.sharing(node.value, facts)  # what is read from it is there from then on
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                how, _ = self.callee(item.context_expr, facts)
                if how not in ("builtin",) and not isinstance(item.context_expr, ast.Call):
                    found |= self.sharing(item.context_expr, facts)
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Tuple | ast.List) for t in node.targets):
            found |= self._consumed(node.value, facts)
        elif isinstance(node, ast.Call):
            found |= self._changed_by_call(node, facts)
        if self.hooks and isinstance(node, ast.stmt | ast.expr):
            for summary in self.hooks:
                found |= summary.changes - set(summary.parameters)
            found |= self.sharing(ast.Tuple([n for n in ast.walk(node) if isinstance(n, ast.Name)]), facts)
        for child in ast.iter_child_nodes(node):
            found |= self._changed(child, facts)
        return found

    def _itself_or_all(self, node: ast.expr, facts: Facts) -> set[str]:
        """Give what a change of the object itself reaches: of a container, not what lies in it."""
        if isinstance(node, ast.Name) and facts.kinds.get(node.id) == "list":
            return {SHALLOW + node.id}
        return self.reached(node, facts)

    def _consumed(self, node: ast.expr, facts: Facts) -> set[str]:
        """Give the iterators, which move on when they are read."""
        return {name for name in named(node) if facts.kinds.get(name) == "iterator"}

    def _changed_by_call(self, node: ast.Call, facts: Facts) -> set[str]:
        found: set[str] = set()
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        for keyword in node.keywords:
            if keyword.arg in CHANGED_KEYWORDS:
                found |= self.sharing(keyword.value, facts)
        for value in values:
            found |= self._consumed(value, facts) if isinstance(value, ast.Name | ast.Starred) else set()
            found |= shared_state(module_of(value, facts) or "")  # it may be called
            # A function that is handed over may be called with what is handed over beside it.
            if isinstance(value, ast.Name | ast.Lambda):
                how, what = self.callee(value, facts)
                for summary in self.called_summaries(what) if how == "page" else ():
                    found |= summary.changes - set(summary.parameters)
                    if summary.changes & set(summary.parameters):
                        found |= self.given(node, facts)
                    if summary.keeps and isinstance(value, ast.Name):
                        found.add(value.id)
            for method in self.methods.get(value.attr, ()) if isinstance(value, ast.Attribute) else ():
                summary = self.summaries[method]
                found |= self.reached(value.value, facts) | self.given(node, facts) if summary.changes else set()
                found |= summary.changes - set(summary.parameters)
        how, what = self.callee(node.func, facts)
        if how == "builtin":
            if what in ARGUMENT_CHANGERS:
                found = found.union(*(self.reached(value, facts) for value in values))
            if what in ("exec", "eval", "globals", "locals") or (what == "vars" and not values):
                found.add(SETTINGS)  # it may bind and change anything
            if what == "open" and writes(node, 1):
                found.add(SETTINGS)
        elif how == "module":
            found |= self._changed_by_library(node, str(what), facts)
        elif how == "page":
            for summary in self.called_summaries(what):
                found |= self.translated(node, summary, summary.changes, facts, _itself(what))
                if summary.keeps and isinstance(node.func, ast.Name):
                    found.add(node.func.id)
        elif how == "method":
            found |= self._changed_by_method(node, node.func, facts)  # type: ignore[arg-type]
        elif not self.wild:
            # At most a generator is used up, and an object that can be called changed.
            draws = any("rng" in name for s in self.summaries.values() for name in s.changes)
            found |= {name for name in self.given(node, facts) if draws and facts.kinds.get(name) == "rng"}
            if "__call__" in self.methods or any(s.keeps for s in self.summaries.values()):
                found |= self.sharing(node.func, facts)
        else:
            found |= self.sharing(node.func, facts) | self.given(node, facts)
            for summary in self.summaries.values():
                found |= summary.changes - set(summary.parameters)
        return found | self.handed if how == "unknown" else found

    def _changed_by_library(self, node: ast.Call, dotted: str, facts: Facts) -> set[str]:
        found: set[str] = set()
        last = dotted.rpartition(".")[2]
        rngs = {
            n.id for n in node.args if isinstance(n, ast.Name) and (facts.kinds.get(n.id) == "rng" or "rng" in n.id)
        }
        found |= facts.sharing(rngs)
        of_a_class = dotted.split(".")[-2:-1]
        unbound = bool(of_a_class) and (of_a_class[0][:1].isupper() or of_a_class[0] in ("ndarray", "deque"))
        in_place = any(
            (keyword.arg or "").startswith("overwrite_")
            or (keyword.arg == "copy" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is True))
            for keyword in node.keywords
        )
        if last in ARGUMENT_CHANGERS or (unbound and last not in PURE) or in_place:
            found |= self.given(node, facts)
        place = place_of_out(dotted)
        if place is not None:  # what stands behind the operands is where the results go
            found |= set().union(*(self.sharing(argument, facts) for argument in node.args[place:]))
        return found | shared_state(dotted)

    def _changed_by_method(self, node: ast.Call, function: ast.Attribute, facts: Facts) -> set[str]:
        found: set[str] = set()
        receiver = self.reached(function.value, facts)
        if function.attr in SETTERS | WRITERS or (function.attr == "open" and writes(node, 0)):
            found.add(SETTINGS)
        if function.attr == "rvs":
            found.add(CHANCE)
        if any(keyword.arg == "inplace" for keyword in node.keywords):
            found |= receiver
        for argument in node.args[OUT.get(function.attr, len(node.args)) :]:
            found |= self.sharing(argument, facts)
        unbound = self.is_class(function.value, facts)  # list.append(xs, 1)
        if function.attr in self.methods:
            for method in self.methods[function.attr]:
                summary = self.summaries[method]
                found |= self.translated(node, summary, summary.changes, facts, function.value)
                found |= self.translated(node, summary, summary.changes, facts) if unbound else set()
                found |= receiver if summary.keeps else set()
        elif function.attr not in PURE:
            found |= self._itself_or_all(function.value, facts) if function.attr in CHANGES else receiver
            if function.attr in ARGUMENT_CHANGERS or unbound:
                found |= self.given(node, facts)
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
            after.rebind({name}, set(), keep=False)  # what it was before is not seen any more
        self._share(node, after, keep=not simple)
        read = facts.closure(names.uses)
        carried = names.deferred.union(*(facts.deferred.get(name, ()) for name in read - set(facts.modules)))
        for name in names.binds:
            old = facts.deferred.get(name, set()) if name not in names.kills else set()
            after.deferred[name] = carried | old
        for name in self.changed(node, facts) - names.binds:  # callbacks.append(lambda: ...)
            after.deferred[name] = after.deferred.get(name, set()) | carried
        return after

    def _share(self, node: ast.AST, facts: Facts, *, keep: bool) -> None:
        """Note who shares objects after a piece of code; with `keep`, what was shared before may still be."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            old = facts.functions.get(node.name, []) if keep else []
            facts.rebind({node.name}, set(), keep=keep)
            facts.functions[node.name] = [*(one for one in old if one is not node), node]
            for decorator in node.decorator_list:  # what it returns may be a function in it
                how, what = self.callee(decorator, facts)
                for one in what if how == "page" else ():  # type: ignore[attr-defined]
                    facts.functions[node.name] += [
                        f for f in ast.walk(one) if isinstance(f, FUNCTIONS) and f is not one
                    ]
            if isinstance(node, FUNCTIONS):  # it holds its default values
                held = (self.sharing(default, facts) for default in defaults(node.args))
                facts.link({node.name}, facts.sharing(set().union(*held)))
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, dotted in imported(node).items():
                facts.rebind({name}, set(), keep=keep)
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
            pairs = pairs_of(targets[0], node.value)
            if len(pairs) > 1 and all(module_of(value, facts) for _, value in pairs):
                for target, value in pairs:
                    self._share(ast.Assign([target], value), facts, keep=keep)
                return
            source = facts.sharing(self.sharing(node.value, facts))
            kind, value = self.kind(node.value, facts), node.value
            for target in targets:
                named = isinstance(target, ast.Name | ast.Tuple | ast.List | ast.Starred)
                names = targets_of(target) if named else set()
                functions = self.callee(value, facts) if isinstance(value, ast.Name | ast.Lambda) else ("", None)
                modules = module_of(value, facts)
                facts.rebind(names, source, keep=keep)
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
                if len(names) > 1 and self.repeats(value, facts):
                    facts.link(names, names)
            if len(targets) > 1 and kind != "plain":  # a = b = []
                all_names = set().union(*(targets_of(target) for target in targets))
                facts.link(all_names, all_names)
        elif isinstance(node, ast.For | ast.AsyncFor):
            # In the loop its names are its own, whatever they were before.
            facts.rebind(targets_of(node.target), facts.sharing(self.sharing(node.iter, facts)), keep=False)
            if self.kind(node.iter, facts) == "foreign":
                facts.kinds |= dict.fromkeys(targets_of(node.target), "foreign")
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    source = facts.sharing(self.sharing(item.context_expr, facts))
                    facts.rebind(targets_of(item.optional_vars), source, keep=keep)
        elif isinstance(node, ast.Delete):
            for name in set().union(*(targets_of(target) for target in node.targets)):
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
        facts.link(names, source)

    def _link_by_call(self, node: ast.Call, facts: Facts) -> None:
        """Note that a call which changes one thing may put another into it."""
        how, what = self.callee(node.func, facts)
        if how == "method" and (node.func.attr not in PURE | DRAWS or node.func.attr in self.methods):  # type: ignore[attr-defined]
            if self.kind(node.func.value, facts) != "foreign":  # type: ignore[attr-defined]
                self._put(node.func.value, self.given(node, facts), facts)  # type: ignore[attr-defined]
        elif how == "page" and any(summary.changes for summary in self.called_summaries(what)):
            given = self.given(node, facts) | set().union(
                *(summary.changes - set(summary.parameters) for summary in self.called_summaries(what))
            )
            facts.link(given, given)
        elif how == "unknown" and self.wild:
            given = self.given(node, facts) | self.sharing(node.func, facts)
            facts.link(given, given)

    # What is printed
    def prints(self, node: ast.AST, facts: Facts) -> bool:
        """Whether a piece of code may print, outside of the functions that it defines."""
        if isinstance(node, FUNCTIONS):
            return False
        if isinstance(node, ast.Call):
            how, what = self.callee(node.func, facts)
            if how in ("builtin", "module") and str(what).rpartition(".")[2] in PRINTERS:
                return True
            if how == "module" and str(what).startswith(("sys.stdout.", "sys.stderr.")):
                return True
            if how == "page" and any(summary.prints for summary in self.called_summaries(what)):
                return True
            if how == "method" and any(self.summaries[m].prints for m in self.methods.get(node.func.attr, ())):  # type: ignore[attr-defined]
                return True
            if how == "unknown" and any(summary.prints for summary in self.summaries.values()):
                return True
        return any(self.prints(child, facts) for child in ast.iter_child_nodes(node))


@cache
def shared_state(dotted: str) -> frozenset[str]:
    """Give what a function or an object of a module changes, or may be told to change, for all of the program."""
    last = dotted.rpartition(".")[2]
    if last == "rvs" or (dotted.startswith(("numpy.random.", "random.")) and last not in GENERATORS):
        return frozenset({CHANCE})
    if dotted.startswith("matplotlib.pyplot."):
        settings = last in {"rc", "rcdefaults", "use"} | WRITERS or "rcParams" in dotted
        return frozenset({SETTINGS if settings else FIGURE})
    whole = dotted.startswith(("os.", "sys.", "warnings.", "locale.", "matplotlib.rc", "matplotlib.style"))
    # numpy.sort and the like are functions.
    appends = last in CHANGES - DRAWS - {"insert", "put", "resize", "sort", "extend", "append", "add"}
    return frozenset({SETTINGS} if whole or appends or last in SETTERS | WRITERS else ())


@cache
def place_of_out(dotted: str) -> int | None:
    """Give the place of the argument of a function of NumPy into which it writes."""
    function: object = np
    for name in dotted.split(".")[1:] if dotted.startswith("numpy.") else ["?"]:
        function = getattr(function, name, None)
    if isinstance(function, np.ufunc):
        return function.nin
    try:
        parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    by_place = [name for name, one in parameters.items() if one.kind is not one.KEYWORD_ONLY]
    return by_place.index("out") if "out" in by_place else None


def _called(decorator: ast.expr, node: ast.AST) -> ast.Call:
    """Write a decorator as the call that it is."""
    return ast.Call(decorator, [ast.Name(getattr(node, "name", ""), ast.Load())], [])


def _itself(functions: object) -> ast.expr | None:
    """Stand in for the object that a class makes."""
    return ast.Constant(None) if any(isinstance(f, ast.ClassDef) for f in functions) else None  # type: ignore[attr-defined]


def _as_load(node: ast.expr) -> ast.expr:
    return ast.Name(node.id, ast.Load()) if isinstance(node, ast.Name) else node
