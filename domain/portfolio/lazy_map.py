"""A mapping whose values are made of what is stored of them once somebody asks for them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

Stored = tuple[object, ...]
"""What a value is made of; a value itself is no tuple."""


class LazyMap(Mapping[Key, Value], Generic[Key, Value]):
    """Values by key. To count them, to look for a key, and to change one of them makes no others.

    A value that was made is kept, so that the same is answered again.
    """

    __slots__ = ("_known_or_stored", "_make")

    def __init__(self, known_or_stored: dict[Key, Value | Stored], make: Callable[[Key, Stored], Value]) -> None:
        self._known_or_stored = known_or_stored
        self._make = make

    def with_items(self, items: Mapping[Key, Value]) -> "LazyMap[Key, Value]":
        """This mapping with values put in."""
        return LazyMap({**self._known_or_stored, **items}, self._make)

    def without(self, key: Key) -> "LazyMap[Key, Value]":
        """This mapping without a key."""
        left = self._known_or_stored.copy()
        left.pop(key, None)
        return LazyMap(left, self._make)

    def __getitem__(self, key: Key) -> Value:
        value = self._known_or_stored[key]
        if isinstance(value, tuple):
            value = self._known_or_stored[key] = self._make(key, value)
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._known_or_stored

    def __iter__(self) -> Iterator[Key]:
        return iter(self._known_or_stored)

    def __len__(self) -> int:
        return len(self._known_or_stored)
