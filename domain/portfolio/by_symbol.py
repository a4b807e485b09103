"""A mapping by id whose items stand apart by symbol: a change copies some of what one symbol holds, at most all."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import Generic, TypeVar
from uuid import UUID

from domain.portfolio.growing_map import GrowingMap
from domain.portfolio.lazy_map import LazyMap

Item = TypeVar("Item")
Items = dict[UUID, Item] | LazyMap[UUID, Item] | GrowingMap[UUID, Item]
Groups = Mapping[str, Items[Item]]

_LARGE = 32
"""So many items of a symbol are copied no more with each that is added."""


class BySymbol(Mapping[UUID, Item], Generic[Item]):
    """Items by id, immutable. An item is found by its id in as many steps as there are symbols."""

    __slots__ = ("_groups",)

    def __init__(self, groups: "Groups[Item]") -> None:
        self._groups = groups

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that there are items of."""
        return frozenset(self._groups)

    def of_symbol(self, symbol: str) -> Mapping[UUID, Item]:
        """The items of a symbol, by id."""
        return self._groups.get(symbol, {})

    def find(self, symbol: str, key: UUID) -> Item | None:
        """The item of an id, if it is one of a symbol's."""
        items = self._groups.get(symbol)
        return None if items is None else items.get(key)

    def values(self) -> "ValuesView[Item]":
        """The items, without a search for each."""
        return _Values(self)

    def items(self) -> "ItemsView[UUID, Item]":
        """The items with their ids, without a search for each."""
        return _Items(self)

    def of_all_symbols(self) -> Iterator[Mapping[UUID, Item]]:
        """The items of one symbol after the other, by id."""
        return iter(self._groups.values())

    def __getitem__(self, key: UUID) -> Item:
        for items in self._groups.values():
            if key in items:
                return items[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[UUID]:
        for items in self._groups.values():
            yield from items

    def __len__(self) -> int:
        return sum(map(len, self._groups.values()))


class _Values(ValuesView[Item]):
    _mapping: BySymbol[Item]

    def __iter__(self) -> Iterator[Item]:
        for items in self._mapping.of_all_symbols():
            yield from items.values()


class _Items(ItemsView[UUID, Item]):
    _mapping: BySymbol[Item]

    def __iter__(self) -> Iterator[tuple[UUID, Item]]:
        for items in self._mapping.of_all_symbols():
            yield from items.items()


def with_item(groups: "Groups[Item]", symbol: str, key: UUID, item: Item | None) -> "Groups[Item]":
    """The groups with an item put in, or taken out if it is None; a symbol without items is none of them."""
    items: Items[Item] = groups.get(symbol, {})
    if item is not None:
        return {**groups, symbol: _with(items, key, item)}
    left = _without(items, key) if isinstance(items, dict) else items.without(key)
    if left:
        return {**groups, symbol: left}
    return {other: value for other, value in groups.items() if other != symbol}


def _with(items: "Items[Item]", key: UUID, item: Item) -> "Items[Item]":
    if isinstance(items, GrowingMap):
        return items.with_item(key, item)
    if isinstance(items, dict) and len(items) < _LARGE:
        return {**items, key: item}
    return GrowingMap.over(items).with_item(key, item)


def _without(items: dict[UUID, Item], key: UUID) -> dict[UUID, Item]:
    left = items.copy()
    left.pop(key, None)
    return left
