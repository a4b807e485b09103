from collections.abc import Iterator, Mapping
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class OverlayMap(Mapping[Key, Value]):
    """A mapping that changes by laying a few new values over a large base, which stays as it is."""

    __slots__ = ("_base", "changes")

    def __init__(self, base: dict[Key, Value], changes: Mapping[Key, Value] | None = None) -> None:
        self._base = base
        self.changes = changes or {}

    def with_items(self, items: Mapping[Key, Value]) -> "OverlayMap[Key, Value]":
        """This mapping with `items` laid over it."""
        return OverlayMap(self._base, {**self.changes, **items}) if items else self

    def merged(self) -> "OverlayMap[Key, Value]":
        """The same mapping in one layer; it takes the base over from every mapping that shares it."""
        if not self.changes:
            return self
        self._base.update(self.changes)
        return OverlayMap(self._base)

    def __getitem__(self, key: Key) -> Value:
        return self.changes[key] if key in self.changes else self._base[key]

    def __iter__(self) -> Iterator[Key]:
        yield from self._base
        yield from (key for key in self.changes if key not in self._base)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _empty_overlay() -> "OverlayMap[Key, Value]":
    return OverlayMap({})
