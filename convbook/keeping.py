"""What is found once for an object, and kept with it for as long as the object lives in this process."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class kept(Generic[T]):  # noqa: N801 (used as a decorator)
    """A property that is found at its first use.

    That of Python 3.11's functools holds one lock for all objects while it looks; a child that is forked meanwhile
    would wait for it for ever.
    """

    def __init__(self, find: Callable[[Any], T]) -> None:
        self.find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.find(instance)
        return value


class Keeper:
    """A dataclass with such properties: its copies are made of its fields alone, to find the rest by themselves.

    What is found may differ from process to process, as the hash of every string does.
    """

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
