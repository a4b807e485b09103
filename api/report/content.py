"""What a report tells, gathered from one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.application.confidence import Confidence
from api.application.pages import PageRequest
from api.application.read_model import Snapshot
from api.application.reports import Comparison, ReportView
from api.codec.ids import node_id, node_key
from api.errors import PapertapeError
from domain.analytics.eligibility import Eligibility
from domain.analytics.replayed_curve import CurvePoint
from domain.analytics.trade_filter import TradeFilter
from domain.engine.views import SessionRecord
from domain.portfolio.history_filter import HistoryFilter
from domain.portfolio.trade import Trade

LISTED_TRADES = 5_000
DRAWN_POINTS = 1_000


class NothingToReport(PapertapeError):
    """There is no such account, session or backtest, with a sentence that says which."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose report: of a session (None is the current one), beside a backtest if its id is given."""

    account: str
    session: int | None
    compare_to: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a report says in a few figures."""

    account: str
    made_at: datetime
    view: ReportView
    eligibility: Eligibility
    confidence: Confidence
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Details:
    """What only a page has room for: the curve, thinned, and the newest trades, the newest first."""

    curve: Sequence[CurvePoint]
    trades: Sequence[Trade]


async def summary(snapshot: Snapshot, wanted: Wanted, now: datetime) -> Summary:
    """A session's figures. Raises NothingToReport."""
    reports = snapshot.reports
    record = await _record(snapshot, wanted)
    view = await reports.report(record, TradeFilter(), now)
    beside = None if wanted.compare_to is None else await _comparison(snapshot, view, wanted.compare_to)
    return Summary(
        account=wanted.account,
        made_at=now,
        view=view,
        eligibility=await reports.eligibility(record, now),
        confidence=await reports.confidence(record),
        comparison=beside,
    )


async def details(snapshot: Snapshot, overview: Summary) -> Details:
    """A session's curve and trades."""
    record = overview.view.record
    curve = await snapshot.reports.curve(record, None, None, DRAWN_POINTS)
    history_filter = HistoryFilter(session=record.session.number)
    page = await snapshot.trades(overview.account, history_filter, PageRequest(LISTED_TRADES, None))
    return Details(curve, [] if page is None else [trade for _, trade in page.items])


async def _record(snapshot: Snapshot, wanted: Wanted) -> SessionRecord:
    current = await snapshot.reports.record(wanted.account, None)
    if current is None:
        raise NothingToReport(f"there is no account {wanted.account!r}")
    newest = current.session.number
    if wanted.session is None or wanted.session == newest:
        return current
    known = 1 <= wanted.session < newest
    record = await snapshot.reports.record(wanted.account, wanted.session) if known else None
    if record is None:
        raise NothingToReport(f"account {wanted.account} has sessions 1 to {newest}, and no session {wanted.session}")
    return record


async def _comparison(snapshot: Snapshot, view: ReportView, backtest: str) -> Comparison:
    key = node_key(backtest if backtest.startswith("Backtest_") else node_id("Backtest", backtest), "Backtest")
    comparison = None if key is None else await snapshot.reports.comparison(view, key)
    if comparison is None:
        raise NothingToReport(f"there is no backtest {backtest!r}; `backtest --register` printed its id")
    return comparison
