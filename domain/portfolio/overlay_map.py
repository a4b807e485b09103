"""A large mapping of which each command changes a little, without copying it and without changing it in place."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TypeVar, overload

Key = TypeVar("Key")
Value = TypeVar("Value")
Default = TypeVar("Default")


class OverlayMap(Mapping[Key, Value]):
    """An immutable mapping in three layers: the newest changes, those settled before, and a large base.

    Settled changes are copied into a new base once there are more of them than the root of its size: each change costs
    in the long run about the root of the size, and a mapping once made never changes.
    """

    __slots__ = ("__weakref__", "_base", "_settled", "changes")

    def __init__(
        self,
        base: Mapping[Key, Value] | None = None,
        settled: Mapping[Key, Value] | None = None,
        changes: Mapping[Key, Value] | None = None,
    ) -> None:
        self._base = base or {}
        self._settled = settled or {}
        self.changes = changes or {}

    def with_items(self, items: Mapping[Key, Value]) -> "OverlayMap[Key, Value]":
        """This mapping with `items` laid over it."""
        return OverlayMap(self._base, self._settled, {**self.changes, **items}) if items else self

    def settled(self) -> "OverlayMap[Key, Value]":
        """The same mapping without any changes of its own."""
        if not self.changes:
            return self
        settled = {**self._settled, **self.changes}
        if len(settled) ** 2 <= len(self._base):
            return OverlayMap(self._base, settled)
        return OverlayMap({**self._base, **settled})

    def __getitem__(self, key: Key) -> Value:
        changes, settled = self.changes, self._settled
        if changes and key in changes:
            return changes[key]
        return settled[key] if settled and key in settled else self._base[key]

    @overload
    def get(self, key: Key, /) -> Value | None: ...

    @overload
    def get(self, key: Key, /, default: Value) -> Value: ...

    @overload
    def get(self, key: Key, /, default: Default) -> Value | Default: ...

    def get(self, key: Key, /, default: Value | Default | None = None) -> Value | Default | None:
        """The item of a key: without the exception that a mapping's own raises for each key it has not."""
        changes, settled = self.changes, self._settled
        if changes and key in changes:
            return changes[key]
        return settled[key] if settled and key in settled else self._base.get(key, default)

    def __iter__(self) -> Iterator[Key]:
        return chain(self._base, self._added())

    def __len__(self) -> int:
        return len(self._base) + sum(1 for _ in self._added())

    def _added(self) -> Iterator[Key]:
        yield from (key for key in self._settled if key not in self._base)
        yield from (key for key in self.changes if key not in self._settled and key not in self._base)
