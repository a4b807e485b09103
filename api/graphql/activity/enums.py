"""What entries of an account's journal are about."""

from api.codec.events import Stream
from api.graphql.enums import describe

__all__ = ["Stream"]

describe(
    Stream,
    "ActivityKind",
    "What something that happened to an account is about.",
    ACCOUNT="The account itself: see accountEvent.",
    SIGNAL="A signal: see signalEvent.",
    POSITION="A position: see positionEvent.",
    TRADE="A round trip: see tradeEvent.",
)
