"""What people can be told of."""

from api.choices import NotificationEvent
from api.graphql.enums import describe

__all__ = ["NotificationEvent"]

describe(
    NotificationEvent,
    "NotificationEvent",
    "What people can be told of.",
    OPENED="A position was opened.",
    TARGET_1="Target 1 was hit: a part of the position left there, or all of it.",
    CLOSED="A position is closed, and a trade: its P&L and R multiple.",
    REFUSED="A signal was refused.",
    HALTED="An account takes no more signals.",
    DAILY="An account's day is over: what it earned, equity, trades.",
    FEED_LOST="A feed of the server has brought nothing for a minute, and when it is back.",
)
