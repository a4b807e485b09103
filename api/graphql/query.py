"""Queries: each reads the operation's snapshot and decides nothing."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from api.application.read_model import Choice, Snapshot
from api.codec.ids import BadId, parse_key, parse_node_id, parse_session_key, signal_key
from api.graphql import report_views, types, views
from api.graphql.account_events import AccountEvent, journaled
from api.graphql.arguments import AccountName, After, First
from api.graphql.context import Info, page_request, paged, snapshot_of
from api.graphql.inputs import ExecuteSignalInput, PositionFilter, SignalFilter, TradeFilter
from api.graphql.payloads import Connection, connection
from api.graphql.report_query import ReportQuery
from domain.engine.commands import ExecuteSignal
from domain.engine.decide.dispatch import preview
from domain.refusals import invalid
from domain.validation import Invalid

_NOBODY = UUID(int=0)

Positions = Annotated[
    PositionFilter | None, strawberry.argument(description="Which ones; default: all of the current session.")
]
Trades = Annotated[
    TradeFilter | None, strawberry.argument(description="Which ones; default: all of the current session.")
]
Signals = Annotated[
    SignalFilter | None, strawberry.argument(description="Which ones; default: all of the current session.")
]


@strawberry.type(description="What the desk can be asked. Lists are newest first, in the order of the journal.")
class Query(ReportQuery):
    """The root of queries."""

    @strawberry.field(description="An account; null if there is none of that name: enable creates it.")
    async def account(self, info: Info, name: AccountName = "default") -> types.Account | None:
        """An account."""
        view = await (await snapshot_of(info)).account(name)
        return None if view is None else views.account(view)

    @strawberry.field(description="All accounts.")
    async def accounts(self, info: Info, first: First = 50, after: After = None) -> Connection[types.Account]:
        """All accounts."""
        snapshot = await snapshot_of(info)
        return connection(await paged(snapshot.accounts(page_request(first, after))), views.account)

    @strawberry.field(description="An account's positions; null if there is no such account.")
    async def positions(
        self,
        info: Info,
        account: AccountName = "default",
        filter: Positions = None,  # noqa: A002 - the API's word
        first: First = 50,
        after: After = None,
    ) -> Connection[types.Position] | None:
        """An account's positions."""
        chosen = filter or PositionFilter()
        choice = Choice(chosen.session, chosen.symbols, chosen.campaign_id, chosen.open)
        snapshot = await snapshot_of(info)
        page = await paged(snapshot.positions(account, choice, page_request(first, after)))
        return None if page is None else connection(page, views.position)

    @strawberry.field(description="An account's round trips; null if there is no such account.")
    async def trades(
        self,
        info: Info,
        account: AccountName = "default",
        filter: Trades = None,  # noqa: A002 - the API's word
        first: First = 50,
        after: After = None,
    ) -> Connection[types.Trade] | None:
        """An account's trades."""
        chosen = filter or TradeFilter()
        reasons = chosen.exit_reasons
        choice = Choice(
            session=chosen.session,
            symbols=chosen.symbols,
            campaign_id=chosen.campaign_id,
            exit_reasons=None if reasons is None else sorted({reason.value for reason in reasons}),
            exited_from=chosen.from_,
            exited_to=chosen.to,
        )
        snapshot = await snapshot_of(info)
        page = await paged(snapshot.trades(account, choice, page_request(first, after)))
        return None if page is None else connection(page, views.trade)

    @strawberry.field(description="An account's signals, refused ones too; null if there is no such account.")
    async def signals(
        self,
        info: Info,
        account: AccountName = "default",
        filter: Signals = None,  # noqa: A002 - the API's word
        first: First = 50,
        after: After = None,
    ) -> Connection[types.Signal] | None:
        """An account's signals."""
        chosen = filter or SignalFilter()
        status = None if chosen.status is None else chosen.status.value
        choice = Choice(session=chosen.session, symbols=chosen.symbols, status=status)
        snapshot = await snapshot_of(info)
        page = await paged(snapshot.signals(account, choice, page_request(first, after)))
        return None if page is None else connection(page, views.signal)

    @strawberry.field(
        description="What happened to an account itself: enabled, halted, reset, …; null if there is no such account."
    )
    async def account_events(
        self,
        info: Info,
        account: AccountName = "default",
        session: Annotated[
            int | None,
            strawberry.argument(description="Only from this session's first event to its last."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[AccountEvent] | None:
        """An account's own history."""
        snapshot = await snapshot_of(info)
        page = await paged(snapshot.account_events(account, session, page_request(first, after)))
        return None if page is None else connection(page, journaled)

    @strawberry.field(description="An account's sessions, ended ones too; null if there is no such account.")
    async def sessions(
        self, info: Info, account: AccountName = "default", first: First = 50, after: After = None
    ) -> Connection[types.Session] | None:
        """An account's sessions."""
        snapshot = await snapshot_of(info)
        page = await paged(snapshot.sessions(account, page_request(first, after)))
        return None if page is None else connection(page, views.session_record)

    @strawberry.field(description="The last prices of symbols; of all that have one, if none are named.")
    async def quotes(
        self,
        info: Info,
        symbols: Annotated[list[str] | None, strawberry.argument(description="Only these symbols.")] = None,
    ) -> list[types.Quote]:
        """The last prices."""
        return [views.quote(quote) for quote in await (await snapshot_of(info)).quotes(symbols)]

    @strawberry.field(description="What the desk would decide about a signal now, and its figures; nothing is done.")
    async def preview_signal(
        self,
        info: Info,
        input: Annotated[ExecuteSignalInput, strawberry.argument(description="The signal.")],  # noqa: A002
    ) -> types.SignalPreview:
        """A signal's preview."""
        try:
            request = input.request()
        except Invalid as problem:
            return views.no_preview(invalid(problem))
        snapshot = await snapshot_of(info)
        desk = await snapshot.desk_for(input.account, input.symbol)
        signal_id = input.id or _NOBODY
        command = ExecuteSignal(input.account, signal_key(input.account, signal_id), signal_id, request)
        return views.preview(preview(desk, command, await info.context.times(snapshot)))

    @strawberry.field(description="The desk's clock: what a missing timestamp means. Wall time, or the market's.")
    async def clock(self, info: Info) -> datetime:
        """The desk's clock."""
        return (await info.context.times(await snapshot_of(info))).clock

    @strawberry.field(description="Anything with an id; null if there is nothing of that id.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002
    ) -> types.Node | None:
        """Anything with an id."""
        try:
            return await _node(await snapshot_of(info), *parse_node_id(id))
        except BadId:
            return None


async def _node(snapshot: Snapshot, kind: str, key: str) -> types.Node | None:
    """The thing of a type with a key. Raises BadId for a key that cannot be one."""
    if kind == "Session":
        found = await snapshot.session_by_id(*parse_session_key(key))
        return None if found is None else views.session_record(found)
    uuid = parse_key(key)
    match kind:
        case "Account":
            account = await snapshot.account_by_id(uuid)
            return None if account is None else views.account(account)
        case "Position":
            position = await snapshot.position(uuid)
            return None if position is None else views.position(position)
        case "Trade":
            trade = await snapshot.trade(uuid)
            return None if trade is None else views.trade(trade)
        case "Backtest":
            backtest = await snapshot.reports.backtest(uuid)
            return None if backtest is None else report_views.backtest(backtest)
        case "Signal":
            signal = await snapshot.signal(uuid)
            return None if signal is None else views.signal(signal)
        case _:
            return None
