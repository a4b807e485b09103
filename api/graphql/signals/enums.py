"""The enumerations of signals."""

from api.graphql.enums import describe
from domain.engine.events import SignalEventKind
from domain.orders.request import EntryType, TimeInForce
from domain.orders.signal import SignalStatus

__all__ = ["EntryType", "SignalEventKind", "SignalStatus", "TimeInForce"]

describe(
    EntryType,
    "EntryType",
    "How a signal enters.",
    MARKET="At once: at its own marketPrice unless the symbol has a later price, else at the last price.",
    NEXT_OPEN="At the open of the first bar that starts at or after its timestamp.",
    LIMIT="At entryPrice or better; pays no slippage.",
    AT_CLOSE="At the close of the first bar that ends at or after its timestamp, also if that has come already.",
    STOP="At entryPrice once the market reaches it, or at the open of a bar that opens beyond it.",
)
describe(
    TimeInForce,
    "TimeInForce",
    "How long a signal may wait.",
    GTC="Until it is cancelled.",
    DAY="Until its market closes. Not known yet: such a signal is invalid.",
    GTD="Until goodUntil.",
    IOC="Not at all: it fills as it is sent, or is cancelled. For MARKET and LIMIT.",
)
describe(
    SignalStatus,
    "SignalStatus",
    "What became of a signal.",
    WORKING="It waits for its price; it reserves its risk and its notional.",
    EXECUTED="It opened a position.",
    REJECTED="It was refused, when it was sent or when it would have filled; see its error.",
    CANCELLED="It was cancelled by hand, or by a disable, a reset or a halt; or it was IOC, and could not fill.",
    EXPIRED="A bar started at or after its goodUntil.",
)
describe(
    SignalEventKind,
    "SignalEventKind",
    "What happened to a signal.",
    WORKING="It was accepted, and waits for its price.",
    EXECUTED="It opened a position.",
    REJECTED="It was refused, when it was sent or when it would have filled.",
    CANCELLED="It was cancelled by hand, or by a disable, a reset or a halt.",
    EXPIRED="A bar started at or after its goodUntil.",
    AMENDED="What it asks for changed while it waits.",
)
