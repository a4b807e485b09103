"""Pages of lists: what is asked for, and what is handed out."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from api.codec.cursors import CursorScope
from api.persistence.queries import Placed

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A page of a list: items with their cursors, whether more follow, and how to count the whole."""

    items: Sequence[tuple[str, Item]]
    has_next: bool
    has_previous: bool
    count: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many items, and after which cursor."""

    first: int
    after: str | None

    @property
    def limit(self) -> int:
        """How many rows to read: one more than are handed out tells whether more follow."""
        return self.first + 1

    def before(self, scope: CursorScope) -> int | None:
        """The place that the page comes after, in a list that has the newest first. Raises BadCursor."""
        return None if self.after is None else scope.place(self.after)

    def page(
        self, scope: CursorScope, placed: Sequence[Placed[Item]], row_count: int, count: Callable[[], Awaitable[int]]
    ) -> Page[Item]:
        """The page of some items, of which `row_count` were read."""
        items = [(scope.cursor(place), item) for place, item in placed]
        return Page(items, row_count > self.first, self.after is not None, count)
