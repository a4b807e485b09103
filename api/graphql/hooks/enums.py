"""What can become of an alert."""

from api.codec.hooks import DeliveryStatus
from api.graphql.enums import describe

__all__ = ["DeliveryStatus"]

describe(
    DeliveryStatus,
    "HookDeliveryStatus",
    "What became of an alert.",
    PENDING="It is kept, and done as soon as the desk can.",
    DONE="It was done.",
    REPLAYED="It had come before, and nothing was done again.",
    REFUSED="The desk refused; see code and message.",
    INVALID="It means nothing to the hook; see message.",
)
