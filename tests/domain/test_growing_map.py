"""A growing map is a dict in all that can be asked of it, over items that are known or made only when asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.portfolio.growing_map import GrowingMap
from domain.portfolio.lazy_map import LazyMap, Stored

KEYS = st.integers(0, 40)
ITEMS = st.dictionaries(KEYS, st.integers(), max_size=30)


def made(key: int, stored: Stored) -> int:
    [value] = stored
    assert isinstance(value, int)
    return value


@given(ITEMS, st.lists(st.tuples(KEYS, st.integers()), max_size=30), st.booleans())
def test_it_holds_what_a_dict_holds_in_the_same_order_and_never_changes(
    base: dict[int, int], added: list[tuple[int, int]], is_lazy: bool
) -> None:
    lazy = LazyMap[int, int]({key: (value,) for key, value in base.items()}, made)
    growing = GrowingMap.over(lazy if is_lazy else dict(base))
    expected, earlier = dict(base), [(growing, dict(base))]
    for key, value in added:
        growing, expected = growing.with_item(key, value), {**expected, key: value}
        earlier.append((growing, expected))
    for known, items in earlier:
        assert list(known) == list(items)
        assert list(known.items()) == list(items.items())
        assert list(known.values()) == list(items.values())
        assert [known.get(key) for key in range(41)] == [items.get(key) for key in range(41)]
        assert [key in known for key in range(41)] == [key in items for key in range(41)]
        assert len(known) == len(items)


@given(ITEMS, st.lists(st.tuples(KEYS, st.integers()), max_size=8), KEYS, st.booleans())
def test_what_is_left_without_a_key_is_what_is_left_of_a_dict(
    base: dict[int, int], added: list[tuple[int, int]], key: int, is_lazy: bool
) -> None:
    lazy = LazyMap[int, int]({other: (value,) for other, value in base.items()}, made)
    growing = GrowingMap.over(lazy if is_lazy else dict(base))
    for other, value in added:
        growing = growing.with_item(other, value)
    left = {other: value for other, value in growing.items() if other != key}
    assert list(growing.without(key).items()) == list(left.items())


def test_a_key_that_it_has_not_is_none_of_a_base_that_is_asked() -> None:
    growing = GrowingMap.over({1: 2}).with_item(3, 4)
    with pytest.raises(KeyError):
        growing[5]


def test_adding_to_it_makes_no_value_and_a_value_that_was_made_is_kept() -> None:
    asked: list[int] = []

    def make(key: int, stored: Stored) -> str:
        asked.append(key)
        return str(stored[0])

    lazy = LazyMap[int, str]({1: (10,), 2: (20,)}, make)
    growing = GrowingMap.over(lazy).with_item(3, "30")
    assert (len(growing), 2 in growing, asked) == (3, True, [])
    assert growing[1] == "10"
    assert list(growing.values()) == ["10", "20", "30"]
    assert growing[2] is lazy[2]
    assert asked == [1, 2]
