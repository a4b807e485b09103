"""Records are dataclasses of the standard library in all but what they cost; nothing guards them at run time."""

import dataclasses
from dataclasses import field
from decimal import Decimal
from typing import Any

import pytest

from domain import records


def classes(dataclass: Any) -> tuple[type, type]:
    """Two classes, as `dataclass` makes them."""

    @dataclass(frozen=True, slots=True)
    class Point:
        """With a check, and with something that is remembered."""

        x: int
        y: Decimal = Decimal(0)
        names: list[str] = field(default_factory=list)
        seen: list[int] = field(default_factory=list, init=False, compare=False, repr=False)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("x is negative")

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        """With keywords alone."""

        name: str
        tags: tuple[str, ...] = ()

    return Point, Named


OURS, PLAIN = classes(records.dataclass), classes(dataclasses.dataclass)


def traits(point: type, named: type, replace: Any) -> list[object]:
    """What two classes do, with their own `replace`."""
    first: Any = point(1, names=["a"])
    first.seen.append(7)
    changed = replace(first, x=2)
    tagged: Any = named(name="n")
    return [
        repr(first).partition(".")[2],
        repr(changed).partition(".")[2],
        (first.seen, changed.seen, changed.names is first.names),
        (first == point(1, names=["a"]), first == changed, first == (1, Decimal(0), ["a"])),
        (replace(changed, x=1) == first, changed is replace(changed)),
        (hash(tagged) == hash(named(name="n")), {tagged: 1}[named(name="n")], named(name="o") == tagged),
        [item.name for item in dataclasses.fields(point)],
        (point.__slots__, point.__match_args__, dataclasses.asdict(tagged)),  # type: ignore[attr-defined]
        replace(tagged, tags=("b",)).tags,
    ]


def test_a_record_is_what_a_frozen_dataclass_is() -> None:
    assert traits(*OURS, records.replace) == traits(*PLAIN, dataclasses.replace)


@pytest.mark.parametrize(("point", "replace"), [(OURS[0], records.replace), (PLAIN[0], dataclasses.replace)])
def test_a_changed_copy_is_checked_as_a_new_one_is(point: Any, replace: Any) -> None:
    with pytest.raises(ValueError, match="x is negative"):
        replace(point(1), x=-1)


def test_what_is_no_field_is_no_change() -> None:
    with pytest.raises(AttributeError, match="'z'"):
        records.replace(OURS[0](1), z=3)
