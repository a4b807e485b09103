"""The enumerations of trades and fills."""

from enum import Enum

from api.codec.events import TradeEventKind
from api.graphql.enums import describe
from domain.portfolio.fill import FillReason

__all__ = ["ExitReason", "FillReason", "TradeEventKind"]


class ExitReason(Enum):
    """Why a trade's last exit happened."""

    STOP_LOSS = "STOP_LOSS"
    TARGET_1 = "TARGET_1"
    TARGET_2 = "TARGET_2"
    MANUAL = "MANUAL"
    EXPIRED = "EXPIRED"


describe(
    FillReason,
    "FillReason",
    "Why a fill happened.",
    ENTRY="It opened the position.",
    STOP_LOSS="The stop was hit.",
    TARGET_1="Target 1 was reached.",
    TARGET_2="Target 2 was reached.",
    MANUAL="Closed by hand.",
    EXPIRED="The position's time was up.",
)
describe(
    ExitReason,
    "ExitReason",
    "Why a trade's last exit happened.",
    STOP_LOSS="The stop was hit.",
    TARGET_1="Target 1 was reached.",
    TARGET_2="Target 2 was reached.",
    MANUAL="Closed by hand.",
    EXPIRED="The position's time was up.",
)
describe(TradeEventKind, "TradeEventKind", "What happened to a trade.", CLOSED="The round trip is complete.")
