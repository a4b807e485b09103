"""Queries about a session's record: reports, eligibility, the equity curve, backtests."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.codec.ids import node_key
from api.errors import Code
from api.graphql.arguments import AccountName, After, First, SessionNumber, argument
from api.graphql.connections import Connection, connection, page_request, paged
from api.graphql.context import Info, asks_for, snapshot_of
from api.graphql.errors import coded
from api.graphql.reports import views
from api.graphql.reports.inputs import ReportFilter
from api.graphql.reports.types import Backtest, EquityPoint, LiveEligibility, Report

_MOST_POINTS = 2_000


@strawberry.field(description="What a session's record says; null if there is no such account or session.")
async def report(
    info: Info,
    account: AccountName = "default",
    session: SessionNumber = None,
    compare_to: Annotated[strawberry.ID | None, argument("The id of a backtest to stand beside.")] = None,
    filter: Annotated[  # noqa: A002 - the API's word
        ReportFilter | None, argument("Which trades, and which span of the curve.")
    ] = None,
) -> Report | None:
    """A session's report."""
    snapshot = await snapshot_of(info)
    record = await snapshot.reports.record(account, session)
    if record is None:
        return None
    backtest = None if compare_to is None else node_key(compare_to, "Backtest")
    answer = await snapshot.session_report(
        record,
        (filter or ReportFilter()).trade_filter(),
        info.context.services.wall(),
        broken_down=asks_for(info, "breakdowns"),
        backtest=backtest,
    )
    if compare_to is not None and answer.comparison is None:
        raise coded(Code.BACKTEST_NOT_FOUND, "`compareTo` is not the id of a backtest: take one from backtests")
    return views.report(answer)


@strawberry.field(description="Whether a session has earned real money; null if there is no such session.")
async def live_eligibility(
    info: Info, account: AccountName = "default", session: SessionNumber = None
) -> LiveEligibility | None:
    """A session's eligibility."""
    snapshot = await snapshot_of(info)
    record = await snapshot.reports.record(account, session)
    if record is None:
        return None
    return views.eligibility(await snapshot.reports.eligibility(record, info.context.services.wall()), record)


@strawberry.field(
    description="A session's equity as it was observed, in order of market time; thinned to maxPoints so that "
    "first, last, lowest and highest of each span stay. Null if there is no such session."
)
async def equity_curve(
    info: Info,
    account: AccountName = "default",
    session: SessionNumber = None,
    from_: Annotated[
        datetime | None, strawberry.argument(name="from", description="Only points at or after this market time.")
    ] = None,
    to: Annotated[datetime | None, argument("Only points before this market time.")] = None,
    max_points: Annotated[int, argument("How many points at most, 4 to 2 000.")] = 1000,
) -> list[EquityPoint] | None:
    """A session's equity curve."""
    if not 4 <= max_points <= _MOST_POINTS:
        raise coded(Code.BAD_USER_INPUT, f"`maxPoints` must be from 4 to {_MOST_POINTS}, not {max_points}")
    snapshot = await snapshot_of(info)
    record = await snapshot.reports.record(account, session)
    if record is None:
        return None
    return [views.point(point) for point in await snapshot.reports.curve(record, from_, to, max_points)]


@strawberry.field(description="The backtests that were kept, the newest first.")
async def backtests(info: Info, first: First = 50, after: After = None) -> Connection[Backtest]:
    """The backtests."""
    snapshot = await snapshot_of(info)
    return connection(await paged(snapshot.backtests(page_request(first, after))), views.backtest)
