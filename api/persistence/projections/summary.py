"""What a summary is: a read model whose rows are folded from many events, and kept up to date with each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from api.persistence.mappers import Values
from api.persistence.projections.projection import Projection


class SummaryFold(Protocol):
    """Folds what a summary is about, in the order in which it happened."""

    def add(self, subject: Any) -> None:
        """One more event, or point of a curve."""

    def rows(self, connection: Connection) -> Iterator[Values]:
        """The rows that changed."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A table of sums over subjects of one class: `of_group` adds a group's to what is stored, `of_history` starts from
    nothing."""

    projection: Projection
    subject: type
    of_group: Callable[[], SummaryFold]
    of_history: Callable[[], SummaryFold]
