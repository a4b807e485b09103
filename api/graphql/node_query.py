"""The query for anything with an id."""

from typing import Annotated

import strawberry

from api.application.read_model import Snapshot
from api.codec.ids import BadId, parse_key, parse_node_id, parse_session_key
from api.graphql.accounts import views as accounts
from api.graphql.arguments import argument
from api.graphql.context import Info, snapshot_of
from api.graphql.node import Node
from api.graphql.positions import views as positions
from api.graphql.reports import views as reports
from api.graphql.signals import views as signals
from api.graphql.trades import views as trades


@strawberry.field(description="Anything with an id; null if there is nothing of that id.")
async def node(
    info: Info,
    id: Annotated[strawberry.ID, argument("Its id.")],  # noqa: A002
) -> Node | None:
    """Anything with an id."""
    try:
        return await _node(await snapshot_of(info), *parse_node_id(id))
    except BadId:
        return None


async def _node(snapshot: Snapshot, kind: str, key: str) -> Node | None:
    """The thing of a type with a key. Raises BadId for a key that cannot be one."""
    if kind == "Session":
        record = await snapshot.session_by_id(*parse_session_key(key))
        return None if record is None else accounts.session_record(record)
    uuid = parse_key(key)
    match kind:
        case "Account":
            account = await snapshot.account_by_id(uuid)
            return None if account is None else accounts.account(account)
        case "Position":
            position = await snapshot.position(uuid)
            return None if position is None else positions.position(position)
        case "Trade":
            trade = await snapshot.trade(uuid)
            return None if trade is None else trades.trade(trade)
        case "Backtest":
            backtest = await snapshot.reports.backtest(uuid)
            return None if backtest is None else reports.backtest(backtest)
        case "Signal":
            signal = await snapshot.signal(uuid)
            return None if signal is None else signals.signal(signal)
        case _:
            return None
