"""Makes the rows of every read model out of what happened: for a group of commands that is saved, and for all of
history when it is verified."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, Self
from uuid import UUID

from sqlalchemy import Connection

from api.persistence.projections.market_days import MARKET_DAYS, MarketDays
from api.persistence.projections.projection import CurrentAccount, CurrentSession, MadeRow, Projection, Rows
from api.persistence.projections.registry import PROJECTIONS, SUMMARIES
from api.persistence.projections.summary import Summary, SummaryFold
from domain.engine.events import (
    AccountOpened,
    JournalEntry,
    SessionEnded,
    SessionStarted,
)
from domain.engine.observer import SessionCurve
from domain.engine.state import Desk
from domain.engine.watch import EndedSession
from domain.market.state import Market
from domain.market.update import MarketUpdate
from domain.portfolio.account import Account

MadeBy = dict[type, list[tuple[Projection, Callable[..., Rows]]]]


def _made_by(makers: Iterable[tuple[Projection, Mapping[type, Callable[..., Rows]]]]) -> MadeBy:
    """The projections in which a class of events or of states makes rows, each with the function that makes them."""
    made: MadeBy = {}
    for projection, by_class in makers:
        for cls, rows in by_class.items():
            made.setdefault(cls, []).append((projection, rows))
    return made


_BY_EVENT = _made_by((projection, projection.from_event) for projection in PROJECTIONS)
_BY_STATE = _made_by((projection, projection.from_state) for projection in PROJECTIONS)


class RowSink(Protocol):
    """Takes the rows that are made."""

    def put(self, projection: Projection, row: MadeRow) -> None:
        """A row of a read model, as it is now."""


class Projector:
    """Call it with what happened, in order; then `finish`, and `summarize`."""

    def __init__(self, sink: RowSink, before: Desk, folds: Iterable[tuple[Summary, SummaryFold]]) -> None:
        self._sink = sink
        self._before = before
        self._folds = list(folds)
        self._market_days = MarketDays()
        self._opened: dict[UUID, int] = {}
        self._changed: dict[UUID, int] = {}
        self._began: dict[tuple[UUID, int], int] = {}
        self._ended: dict[tuple[UUID, int], int] = {}

    @classmethod
    def of_group(cls, sink: RowSink, before: Desk) -> Self:
        """For what happens to a desk after it stood as it did before."""
        return cls(sink, before, [(summary, summary.of_group()) for summary in SUMMARIES])

    @classmethod
    def of_history(cls, sink: RowSink) -> Self:
        """For all that ever happened."""
        return cls(sink, Desk(), [(summary, summary.of_history()) for summary in SUMMARIES])

    def add_update(self, update: MarketUpdate, ordinal: int) -> None:
        """A bar or quote was applied, and has not been retracted."""
        self._market_days.add(update, ordinal)

    def add_entry(self, entry: JournalEntry, ordinal: int) -> None:
        """An event was journaled."""
        event = entry.event
        self._changed[entry.account_id] = ordinal
        match event:
            case AccountOpened(session=session):
                self._opened[entry.account_id] = self._began[entry.account_id, session.number] = ordinal
            case SessionStarted(session):
                self._began[entry.account_id, session.number] = ordinal
            case SessionEnded(session):
                self._ended[entry.account_id, session.number] = ordinal
            case _:
                pass
        self._make(_BY_EVENT, event, entry, ordinal)

    def add_curves(self, curves: Iterable[SessionCurve]) -> None:
        """Equity curves grew."""
        for curve in curves:
            self._make(_BY_STATE, curve)

    def add_session(self, account: Account) -> None:
        """A session stands as the account says, or stood so as it ended."""
        key = account.id, account.session.number
        self._make(_BY_STATE, CurrentSession(account, self._began.get(key, 0), self._ended.get(key)))

    def add_watch(self, session: EndedSession) -> None:
        """This is known of the equity of a session."""
        self._make(_BY_STATE, session)

    def finish(self, accounts: Iterable[Account], markets: Iterable[Market]) -> None:
        """These accounts and markets, all that changed, stand so now."""
        for account in accounts:
            opened, changed = self._opened.get(account.id, 0), self._changed.get(account.id, 0)
            self._make(_BY_STATE, CurrentAccount(account, opened, changed))
            self.add_session(account)
        for market in markets:
            known = self._before.markets.get(market.symbol)
            if known is None or known.asset_class is not market.asset_class:
                self._make(_BY_STATE, market)
        for row in self._market_days.rows():
            self._sink.put(MARKET_DAYS, row)

    def summarize(self, connection: Connection) -> None:
        """Make the rows of summaries."""
        for summary, fold in self._folds:
            for row in fold.rows(connection):
                self._sink.put(summary.projection, row)

    def _make(self, made_by: MadeBy, subject: object, *context: Any) -> None:
        cls = type(subject)
        for projection, rows in made_by.get(cls, ()):
            for row in rows(subject, *context):
                self._sink.put(projection, row)
        for summary, fold in self._folds:
            if cls is summary.subject:
                fold.add(subject)
