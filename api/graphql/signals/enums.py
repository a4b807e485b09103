"""The enumerations of signals."""

from api.graphql.enums import describe
from domain.orders.signal import EntryType, SignalStatus

__all__ = ["EntryType", "SignalStatus"]

describe(
    EntryType,
    "EntryType",
    "How a signal enters.",
    MARKET="At once: at its own marketPrice unless the symbol has a later price, else at the last price.",
    NEXT_OPEN="At the open of the first bar that starts at or after its timestamp.",
    LIMIT="At entryPrice or better; pays no slippage.",
    STOP="At entryPrice once the market reaches it, or at the open of a bar that opens beyond it.",
)
describe(
    SignalStatus,
    "SignalStatus",
    "What became of a signal.",
    WORKING="It waits for its price; it reserves its risk and its notional.",
    EXECUTED="It opened a position.",
    REJECTED="It was refused, when it was sent or when it would have filled; see its error.",
    CANCELLED="It was cancelled by hand, or by a disable, a reset or a halt.",
    EXPIRED="A bar started at or after its goodUntil.",
)
