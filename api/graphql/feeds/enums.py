"""What a feed can be doing."""

from api.application.feed_states import FeedStatus
from api.graphql.enums import describe

__all__ = ["FeedStatus"]

describe(
    FeedStatus,
    "FeedStatus",
    "What a feed is doing.",
    CONNECTING="It connects to its market.",
    CATCHING_UP="It sends the bars after the desk's last ones.",
    LIVE="It sends bars as they close, and quotes.",
    CLOSED="It is connected, and the market is closed.",
    WAITING="The market or the desk was lost: it tries again soon.",
    FAILED="The market refuses, or the feed is at fault: it is begun anew later.",
    ENDED="The market has nothing more to send, or the feed was stopped.",
    LOST="It runs beside the server, and has not been heard of for 20 seconds.",
)
