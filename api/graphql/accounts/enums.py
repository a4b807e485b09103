"""The enumerations of accounts."""

from enum import Enum

from api.codec.events import AccountEventKind
from api.graphql.enums import describe
from domain.portfolio.settings import IntrabarPolicy, LimitFill

__all__ = ["AccountEventKind", "CommissionModel", "IntrabarPolicy", "LimitFill", "SlippageModel"]


class SlippageModel(Enum):
    """How slippage is worked out."""

    PERCENT = "PERCENT"
    PER_SHARE = "PER_SHARE"
    VOLUME_SHARE = "VOLUME_SHARE"


class CommissionModel(Enum):
    """How commission is worked out."""

    PER_SHARE = "PER_SHARE"
    BASIS_POINTS = "BASIS_POINTS"
    PER_ORDER = "PER_ORDER"


describe(
    AccountEventKind,
    "AccountEventKind",
    "What happened to an account.",
    OPENED="It came into being, enabled, in its first session.",
    ENABLED="Disabled before, it takes signals again.",
    DISABLED="It takes no more signals until it is enabled.",
    SETTINGS_CHANGED="Its settings changed.",
    SESSION_STARTED="A new session began, with fresh capital: the account was reset.",
    SESSION_ENDED="A session became the archive.",
    HALTED="It takes no more signals until it is resumed or reset.",
    RESUMED="A halt was lifted.",
)
describe(
    IntrabarPolicy,
    "IntrabarPolicy",
    "Which of two levels inside one bar is taken to have been reached first.",
    PESSIMISTIC="The one that costs: the stop.",
    OPTIMISTIC="The one that earns: the targets.",
)
describe(
    LimitFill,
    "LimitFill",
    "What it takes for limit entries and targets to fill inside a bar.",
    TOUCH="That it touches their price.",
    THROUGH="That it trades beyond their price.",
)
describe(
    SlippageModel,
    "SlippageModel",
    "How slippage is worked out.",
    PERCENT="A percent of the price.",
    PER_SHARE="A fixed sum per unit.",
    VOLUME_SHARE="price x impact x min(quantity / volume, limit) squared, as in QuantConnect LEAN.",
)
describe(
    CommissionModel,
    "CommissionModel",
    "How commission is worked out, per fill.",
    PER_SHARE="A rate per unit, with an optional minimum and a cap in percent of the amount; the cap wins.",
    BASIS_POINTS="Hundredths of a percent of the amount.",
    PER_ORDER="A fixed sum.",
)
