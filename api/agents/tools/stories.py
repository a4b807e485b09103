"""Stories: all that one signal led to, out of the journal, and why it went as it did."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from pydantic import Field, computed_field

from api.agents.arguments import Account, Arguments, SignalId
from api.agents.declined import Declined, DeclinedCode
from api.agents.desk_access import DeskAccess
from api.agents.results import Exact, Instant, Result, selection
from api.agents.tool import Tool
from api.agents.tools.positions import Position
from api.agents.tools.signals import Signal
from api.agents.tools.trades import Trade
from domain.portfolio.fill import FillReason

_MOST_PAGES = 10
_RULES = {
    FillReason.ENTRY: "entered as the signal asked (R15)",
    FillReason.STOP_LOSS: "the price reached the stop (R22)",
    FillReason.TARGET_1: "the price reached target 1, where a part leaves, or all without a second target (R22, R25)",
    FillReason.TARGET_2: "the price reached target 2 (R22)",
    FillReason.MANUAL: "closed by hand at the last price (R27)",
    FillReason.EXPIRED: "its time was up (R27)",
}
_GAP = "the bar opened at or beyond the level, so it filled at that open (R21)"
_BREAK_EVEN = "moved to the entry price after target 1 (R26)"
_TRAILED = "moved with the price (R26)"
_AMBIGUOUS = "the bar leaves open which level came first, so the account's intrabar policy decided (R23)"


class StoryArguments(Arguments):
    """Which signal, and with it which position and trade."""

    signal_id: SignalId
    account: Account = None


class Fill(Result):
    """One execution, and why it was at that price. Amounts are USD."""

    time: Instant
    reason: FillReason
    quantity: Exact
    raw_price: Annotated[Exact, Field(description="The price before slippage.")]
    price: Annotated[Exact, Field(description="The price paid or received.")]
    slippage: Annotated[Exact, Field(description="What slippage cost; it is in the price.")]
    commission: Exact
    gap: bool
    ambiguous: bool

    @computed_field(description="The rules that decided it.")  # type: ignore[prop-decorator]
    @property
    def why(self) -> str:
        """The rules that decided it."""
        return "; ".join([_RULES[self.reason], *([_GAP] * self.gap), *([_AMBIGUOUS] * self.ambiguous)])


class Change(Result):
    """What an amendment did to one field; left out is none."""

    field: str
    since: Annotated[str | None, Field(description="What it was.")] = None
    to: Annotated[str | None, Field(description="What it became.")] = None


class Amendment(Result):
    """A change by hand."""

    time: Instant
    changes: list[Change]


class Stop(Result):
    """Where the stop stood from a time on."""

    time: Instant
    price: Annotated[Exact | None, Field(description="Left out: there was none.")] = None
    how: Annotated[str, Field(description="What put it there.")]


class Excursion(Result):
    """How far the price went, in R: units of the risk first taken."""

    adverse: Annotated[Exact | None, Field(description="Against the trade.")] = None
    favourable: Annotated[Exact | None, Field(description="With the trade.")] = None


class Story(Result):
    """What one signal led to. Numbers in brackets, as in (R22), are the desk's rules."""

    decision: Annotated[str, Field(description="What the desk decided about the signal, and why.")]
    signal: Signal
    position: Annotated[Position | None, Field(description="What it opened, as it stands now.")] = None
    trade: Annotated[Trade | None, Field(description="The round trip, once nothing is open.")] = None
    excursion: Excursion | None = None
    fills: Annotated[list[Fill], Field(description="The entry first.")]
    stops: Annotated[list[Stop], Field(description="The way of the stop, from the entry on.")]
    stops_complete: Annotated[bool, Field(description="Whether that is all of it: only so much journal is read back.")]
    amendments: list[Amendment]


_AMENDED = "amendments { time changes { field from to } }"
_STORY = f"""query ($id: UUID!, $account: String!) {{
  account(name: $account) {{ name }}
  signal(id: $id, account: $account) {selection(Signal)}
  amended: signal(id: $id, account: $account) {{ {_AMENDED} }}
  position(signalId: $id, account: $account) {selection(Position)}
  filled: position(signalId: $id, account: $account) {{ fills {selection(Fill)} {_AMENDED} }}
  trade(signalId: $id, account: $account) {selection(Trade)}
  ended: trade(signalId: $id, account: $account) {{ excursion {selection(Excursion)} }}
}}"""
_JOURNAL = """query ($account: String!, $after: String) {
  activity(account: $account, first: 100, after: $after) {
    nodes { occurredAt positionEvent { kind position { signalId stopLoss } } } pageInfo { hasNextPage endCursor }
  }
}"""
_PASSED = "every check of the desk passed: levels, price, size, risk limits and buying power (R14 to R19)"
_DECISIONS = {
    "EXECUTED": f"It was executed: {_PASSED}.",
    "WORKING": f"It waits for its price, when risk and buying power are checked again: {_PASSED}.",
    "CANCELLED": "It was cancelled before it could fill.",
    "EXPIRED": "Its time was up before it could fill.",
}


async def _story(desk: DeskAccess, asked: StoryArguments) -> Story:
    account = desk.account(asked.account)
    answer = await desk.of_account(_STORY, account, id=str(asked.signal_id))
    signal, position, filled = answer["signal"], answer["position"], answer["filled"]
    if signal is None:
        raise Declined(DeclinedCode.SIGNAL_NOT_FOUND, f"{account!r} never had a signal of the id {asked.signal_id}")
    amendments = [*answer["amended"]["amendments"], *(filled["amendments"] if filled else [])]
    stops = [] if position is None else await _way_of_stop(desk, account, position, amendments)
    error = signal["error"]
    return Story.model_validate(
        {
            "decision": _DECISIONS[signal["status"]] if error is None else f"It was refused: {error['message']}",
            "signal": signal,
            "position": position,
            "trade": answer["trade"],
            "excursion": answer["ended"] and answer["ended"]["excursion"],
            "fills": filled["fills"] if filled else [],
            "stops": stops,
            "stopsComplete": not stops or stops[-1]["price"] == position["stopLoss"],
            "amendments": amendments,
        }
    )


async def _way_of_stop(
    desk: DeskAccess, account: str, position: Mapping[str, Any], amendments: list[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Where the stop stood: at the entry, as the price moved it, and as it was amended."""
    entered = {"time": position["entryTime"], "price": position["initialStopLoss"], "how": "at the entry"}
    amended = [
        {"time": amendment["time"], "price": change["to"], "how": "amended by hand (R41)"}
        for amendment in amendments
        for change in amendment["changes"]
        if change["field"] == "stopLoss" and amendment["time"] >= position["entryTime"]
    ]
    if position["stopLoss"] == position["initialStopLoss"] and not amended:
        return [entered]
    moved = [step async for step in _moves(desk, account, position)]
    return [entered, *sorted([*amended, *reversed(moved)], key=lambda step: str(step["time"]))]


async def _moves(desk: DeskAccess, account: str, position: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Each move of the stop by the price, the newest first, back to the entry or as far as is looked."""
    after = None
    for _ in range(_MOST_PAGES):
        page = (await desk.ask(_JOURNAL, account=account, after=after))["activity"]
        for node in page["nodes"]:
            if node["occurredAt"] < position["entryTime"]:
                return
            event = node["positionEvent"]
            if event and event["kind"] == "STOP_MOVED" and event["position"]["signalId"] == position["signalId"]:
                stop = event["position"]["stopLoss"]
                how = _BREAK_EVEN if stop == position["entryPrice"] else _TRAILED
                yield {"time": node["occurredAt"], "price": stop, "how": how}
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


EXPLAIN_TRADE = Tool(
    "explain_trade",
    "Explain a trade",
    "All that the journal tells of one signal, its position and its trade, open or over: what the desk decided, why "
    "each fill was at its price, what it cost, how the stop moved, what was amended, how far the price went.",
    StoryArguments,
    Story,
    _story,
)
