"""Pieces of what is asked of a database."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

_CHUNK = 500


def chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Items in pieces that a database takes in one question."""
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
