"""A mapping to which much is added, one by one: what came last lies over a base that is not copied each time."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from itertools import chain
from typing import Generic, TypeVar

from domain.portfolio.lazy_map import LazyMap

Key = TypeVar("Key")
Value = TypeVar("Value")

Base = dict[Key, Value] | LazyMap[Key, Value]


class GrowingMap(Mapping[Key, Value], Generic[Key, Value]):
    """Items by key, immutable, in the order in which their keys came.

    What was added is copied with each addition, and into a new base once there is more of it than the root of the
    base's size: an addition costs in the long run about the root of the size.
    """

    __slots__ = ("_added", "_base", "_size")

    def __init__(self, base: "Base[Key, Value]", added: dict[Key, Value], size: int) -> None:
        self._base = base
        self._added = added
        self._size = size

    @classmethod
    def over(cls, base: "Base[Key, Value]") -> "GrowingMap[Key, Value]":
        """The items of a base, to which others will be added."""
        return cls(base, {}, len(base))

    def with_item(self, key: Key, value: Value) -> "GrowingMap[Key, Value]":
        """This mapping with a value put in."""
        added, size = {**self._added, key: value}, self._size + (key not in self)
        if len(added) ** 2 <= len(self._base):
            return GrowingMap(self._base, added, size)
        return GrowingMap(_merged(self._base, added), {}, size)

    def without(self, key: Key) -> "Base[Key, Value]":
        """This mapping without a key, copied."""
        merged = _merged(self._base, self._added)
        if isinstance(merged, LazyMap):
            return merged.without(key)
        merged.pop(key, None)
        return merged

    def __getitem__(self, key: Key) -> Value:
        return self._added[key] if key in self._added else self._base[key]

    def __contains__(self, key: object) -> bool:
        return key in self._added or key in self._base

    def __iter__(self) -> Iterator[Key]:
        return chain(self._base, (key for key in self._added if key not in self._base))

    def __len__(self) -> int:
        return self._size

    def values(self) -> ValuesView[Value]:
        """The values, without a search for each."""
        return {**self._base, **self._added}.values()

    def items(self) -> ItemsView[Key, Value]:
        """The items, without a search for each."""
        return {**self._base, **self._added}.items()


def _merged(base: "Base[Key, Value]", added: dict[Key, Value]) -> "Base[Key, Value]":
    return {**base, **added} if isinstance(base, dict) else base.with_items(added)
