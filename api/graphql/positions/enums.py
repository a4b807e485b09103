"""The enumerations of positions."""

from api.graphql.enums import describe
from domain.engine.events import PositionEventKind
from domain.portfolio.position import PositionStatus

__all__ = ["PositionEventKind", "PositionStatus"]

describe(
    PositionStatus,
    "PositionStatus",
    "Where a position stands.",
    OPEN="Nothing has exited yet.",
    TARGET_1_HIT="Part exited at target 1 and the rest is open; or all of it exited there.",
    TARGET_2_HIT="Closed at target 2.",
    STOPPED="Closed at its stop.",
    CLOSED="Closed by hand: closePosition, disable, reset, or ruin.",
    EXPIRED="Closed because its time was up.",
)
describe(
    PositionEventKind,
    "PositionEventKind",
    "What happened to a position.",
    OPENED="It was entered.",
    UPDATED="Its last price changed. Not part of the journal: the latest replaces those not yet read.",
    REDUCED="Part of it exited.",
    STOP_MOVED="Its stop moved towards profit.",
    CLOSED="The last of it exited; its trade follows on tradeEvents.",
)
