"""What is known at one point of a page about its names: what they are, what they share, what their functions read."""

import ast
from dataclasses import dataclass, field

from book.execution.names import chain, local_name
from book.snippets.known_calls import SHALLOW


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

    def rebind(self, names: set[str], source: set[str], *, keep: bool) -> None:
        """Let names stand for something new that shares `source`; with `keep`, maybe still for what they did."""
        for name in names:
            self.functions.pop(name, None)
            self.modules.pop(name, None)
            self.kinds.pop(name, None)
            if not keep:
                self.held.pop(name, None)
                for other in self.shares.pop(name, set()):
                    self.shares.get(other, set()).discard(name)
        self.link(names, source)
        if len(names) > 1 and source:
            self.link(names, names)

    def link(self, some: set[str], others: set[str]) -> None:
        """Note that names may share objects from now on."""
        if not some or not others:
            return
        some, others = self.sharing(some), self.sharing(others)
        for name in some:
            for other in others:
                if name != other:
                    self.shares.setdefault(name, set()).add(other)
                    self.shares.setdefault(other, set()).add(name)


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Map the names that an import binds to what they stand for."""
    if isinstance(node, ast.ImportFrom):
        return {local_name(alias): f"{node.module}.{alias.name}" for alias in node.names}
    return {local_name(alias): alias.name if alias.asname else local_name(alias) for alias in node.names}


def module_of(node: ast.AST, facts: Facts) -> str | None:
    """Give the dotted name of what an expression like ``np.linalg.norm`` stands for."""
    root, path = chain(node)
    if isinstance(root, ast.Name) and root.id in facts.modules:
        return ".".join([facts.modules[root.id], *path])
    return None
