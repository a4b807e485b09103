"""The enumerations of positions."""

from api.graphql.enums import PositionStatus, describe
from domain.engine.events import PositionEventKind

__all__ = ["PositionEventKind", "PositionStatus"]

describe(
    PositionEventKind,
    "PositionEventKind",
    "What happened to a position.",
    OPENED="It was entered.",
    UPDATED="Its last price changed. Not part of the journal: the latest replaces those not yet read.",
    REDUCED="Part of it exited, at target 1 or by hand.",
    STOP_MOVED="Its stop moved towards profit.",
    AMENDED="Its levels, its expiry, its campaign or its note were changed by hand.",
    CLOSED="The last of it exited; its trade follows on tradeEvents.",
)
