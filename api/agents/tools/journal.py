"""The journal: what happened to an account, so that an agent learns what changed since it last looked."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from api.agents.arguments import Account, After, Arguments, First
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Page, Result, page
from api.agents.tool import Tool


class ActivityArguments(Arguments):
    """Which events."""

    account: Account = None
    since_cursor: Annotated[
        str | None, Field(description="Only what came after: the cursor of account, or of an event here.")
    ] = None
    first: First = 20
    after: After = None


class Event(Result):
    """Something that was journaled."""

    cursor: Annotated[str, Field(description="Its place in the journal: for sinceCursor.")]
    occurred_at: Annotated[Instant, Field(description="Market time.")]
    about: Annotated[str, Field(description="ACCOUNT, SIGNAL, POSITION or TRADE.")]
    kind: Annotated[str, Field(description="What happened: OPENED, REDUCED, STOP_MOVED, CLOSED, REJECTED, HALTED ...")]
    symbol: str | None = None
    signal_id: str | None = None
    reason: Annotated[str | None, Field(description="Why: of a fill, a refusal, an exit or a halt.")] = None
    quantity: Annotated[Exact | None, Field(description="How much was filled.")] = None
    price: Annotated[Exact | None, Field(description="At what price, slippage included.")] = None
    open_quantity: Annotated[Exact | None, Field(description="How much of the position is left.")] = None
    stop_loss: Annotated[Exact | None, Field(description="Where the position's stop stands after it.")] = None
    realized_pnl: Annotated[Exact | None, Field(description="Of a trade, net, USD.")] = None


class ActivityPage(Page[Event]):
    """Events, the newest first."""


_ACTIVITY = """query ($account: String!, $first: Int!, $after: String) {
  activity(account: $account, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      cursor occurredAt kind symbol
      accountEvent { kind reason }
      signalEvent { kind signal { signalId error { message } } }
      positionEvent { kind position { signalId openQuantity stopLoss } fill { reason quantity price } }
      tradeEvent { kind trade { signalId exitReason realizedPnl } }
    }
  }
}"""


async def _activity(desk: DeskAccess, asked: ActivityArguments) -> ActivityPage:
    answer = await desk.of_account(_ACTIVITY, desk.account(asked.account), first=asked.first, after=asked.after)
    told = page(answer["activity"])
    items = [_event(node) for node in told["items"]]
    if asked.since_cursor is None:
        return ActivityPage.model_validate({**told, "items": items})
    newer = [item for item in items if item["cursor"] > asked.since_cursor]
    follows = told["nextCursor"] if len(newer) == len(items) else None
    return ActivityPage.model_validate({**told, "items": newer, "nextCursor": follows})


def _event(node: Mapping[str, Any]) -> dict[str, Any]:
    event = node["accountEvent"] or node["signalEvent"] or node["positionEvent"] or node["tradeEvent"]
    signal, position, trade = (event.get(name) or {} for name in ("signal", "position", "trade"))
    fill, error = event.get("fill") or {}, signal.get("error") or {}
    return {
        **{name: node[name] for name in ("cursor", "occurredAt", "symbol")},
        "about": node["kind"],
        "kind": event["kind"],
        "signalId": (signal or position or trade).get("signalId"),
        "reason": event.get("reason") or fill.get("reason") or error.get("message") or trade.get("exitReason"),
        "quantity": fill.get("quantity"),
        "price": fill.get("price"),
        "openQuantity": position.get("openQuantity"),
        "stopLoss": position.get("stopLoss"),
        "realizedPnl": trade.get("realizedPnl"),
    }


ACTIVITY = Tool(
    "activity",
    "What happened",
    "What happened to an account, the newest first: signals, fills, stops that moved, trades, halts. Remember the "
    "cursor of the newest, and ask for what came since with sinceCursor.",
    ActivityArguments,
    ActivityPage,
    _activity,
)
