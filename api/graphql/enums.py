"""The closed sets of the API, each value described."""

from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from domain.analytics.comparison import Direction, Metric, Severity
from domain.analytics.eligibility import Criterion
from domain.engine.events import PositionEventKind
from domain.engine.results import InputOutcome
from domain.instruments import AssetClass
from domain.orders.side import Pattern, Side
from domain.orders.signal import EntryType, SignalStatus
from domain.portfolio.fill import FillReason
from domain.portfolio.position import PositionStatus
from domain.portfolio.settings import IntrabarPolicy
from domain.refusals import ErrorCode

Closed = TypeVar("Closed", bound=Enum)


class ExitReason(Enum):
    """Why a trade's last exit happened."""

    STOP_LOSS = "STOP_LOSS"
    TARGET_1 = "TARGET_1"
    TARGET_2 = "TARGET_2"
    MANUAL = "MANUAL"
    EXPIRED = "EXPIRED"


class AccountEventKind(Enum):
    """What happened to an account."""

    OPENED = "OPENED"
    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    SESSION_STARTED = "SESSION_STARTED"
    SESSION_ENDED = "SESSION_ENDED"
    HALTED = "HALTED"
    RESUMED = "RESUMED"


class TradeEventKind(Enum):
    """What happened to a trade."""

    CLOSED = "CLOSED"


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


def _describe(closed: type[Closed], name: str, description: str, **values: str) -> type[Closed]:
    described = strawberry.enum(closed, name=name, description=description)
    definition: StrawberryEnumDefinition = described.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise ValueError(f"{name} has no {', '.join(values)}")
    return described


_describe(
    Side,
    "Side",
    "Which way a position earns.",
    LONG="Bought first: earns when the price rises.",
    SHORT="Sold first: earns when the price falls.",
)
_describe(
    Pattern,
    "WyckoffPattern",
    "A Wyckoff pattern; it implies the side of a signal that names none.",
    SPRING="A false break below support. Implies LONG.",
    SOS="A sign of strength. Implies LONG.",
    LPS="The last point of support. Implies LONG.",
    UTAD="An upthrust after distribution. Implies SHORT.",
)
_describe(
    AssetClass,
    "AssetClass",
    "What kind of thing a symbol is. It fixes the step of a quantity, and is itself fixed by the symbol's first "
    "accepted signal.",
    STOCK="Whole shares.",
    FOREX="Whole units of the base currency; only pairs quoted in USD.",
    CRYPTO="Multiples of 0.00000001 of a coin.",
)
_describe(
    EntryType,
    "EntryType",
    "How a signal enters.",
    MARKET="At once: at its own marketPrice unless the symbol has a later price, else at the last price.",
    NEXT_OPEN="At the open of the first bar that starts at or after its timestamp.",
    LIMIT="At entryPrice or better; pays no slippage.",
    STOP="At entryPrice once the market reaches it, or at the open of a bar that opens beyond it.",
)
_describe(
    SignalStatus,
    "SignalStatus",
    "What became of a signal.",
    WORKING="It waits for its price; it reserves its risk and its notional.",
    EXECUTED="It opened a position.",
    REJECTED="It was refused, when it was sent or when it would have filled; see its error.",
    CANCELLED="It was cancelled by hand, or by a disable, a reset or a halt.",
    EXPIRED="A bar started at or after its goodUntil.",
)
_describe(
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
_describe(
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
_describe(
    ExitReason,
    "ExitReason",
    "Why a trade's last exit happened.",
    STOP_LOSS="The stop was hit.",
    TARGET_1="Target 1 was reached.",
    TARGET_2="Target 2 was reached.",
    MANUAL="Closed by hand.",
    EXPIRED="The position's time was up.",
)
_describe(
    PositionEventKind,
    "PositionEventKind",
    "What happened to a position.",
    OPENED="It was entered.",
    UPDATED="Its last price changed. Not part of the journal: the latest replaces those not yet read.",
    REDUCED="Part of it exited.",
    STOP_MOVED="Its stop moved towards profit.",
    CLOSED="The last of it exited; its trade follows on tradeEvents.",
)
_describe(
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
_describe(TradeEventKind, "TradeEventKind", "What happened to a trade.", CLOSED="The round trip is complete.")
_describe(
    IntrabarPolicy,
    "IntrabarPolicy",
    "Which of two levels inside one bar is taken to have been reached first.",
    PESSIMISTIC="The one that costs: the stop.",
    OPTIMISTIC="The one that earns: the targets.",
)
_describe(
    InputOutcome,
    "InputOutcome",
    "Why a bar or quote was not applied.",
    LATE="The symbol's market has moved past it.",
    CONFLICT="A bar of the same symbol, start and end was applied before, with other figures.",
    INVALID="It cannot be right: see the message.",
)
_describe(
    Criterion,
    "EligibilityCriterion",
    "What is asked of a rehearsal.",
    DAYS_ENABLED="At least 90 days enabled, in recorded time.",
    TRADES="At least 20 trades.",
    WIN_RATE="A win rate above 50 %.",
    AVERAGE_R="A mean R multiple above 1.5.",
)
_describe(
    Metric,
    "Metric",
    "What is compared with a backtest.",
    WIN_RATE="Winning trades in percent of all.",
    AVERAGE_R="Mean R multiple.",
    PROFIT_FACTOR="Gross wins / gross losses.",
    MAX_DRAWDOWN="The largest loss from a peak, percent: less is better.",
    SHARPE="Annual Sharpe ratio.",
)
_describe(
    Direction,
    "Direction",
    "How paper did beside the backtest.",
    BETTER="Better than the backtest.",
    WORSE="Worse than the backtest.",
    SAME="Just the same.",
)
_describe(
    Severity,
    "Severity",
    "How much paper differs from the backtest, whatever the direction.",
    OK="By at most 10 %.",
    WARNING="By more than 10 %.",
    ERROR="By more than 20 %.",
    NOT_COMPARABLE="One side has no such figure, or only the backtest's is zero.",
)
_describe(
    SlippageModel,
    "SlippageModel",
    "How slippage is worked out.",
    PERCENT="A percent of the price.",
    PER_SHARE="A fixed sum per unit.",
    VOLUME_SHARE="price x impact x min(quantity / volume, limit) squared, as in QuantConnect LEAN.",
)
_describe(
    CommissionModel,
    "CommissionModel",
    "How commission is worked out, per fill.",
    PER_SHARE="A rate per unit, with an optional minimum and a cap in percent of the amount; the cap wins.",
    BASIS_POINTS="Hundredths of a percent of the amount.",
    PER_ORDER="A fixed sum.",
)
_describe(
    ErrorCode,
    "ErrorCode",
    "Why the desk refused. A refusal is an answer: nothing else happened.",
    INVALID_INPUT="The input cannot mean anything; nothing was stored, and the signal's id is still free.",
    IDEMPOTENCY_CONFLICT="This id was used before with other content, or for something else.",
    ACCOUNT_NOT_FOUND="There is no such account; enable creates one.",
    ALREADY_ENABLED="The account is enabled with other settings; use updateSettings.",
    ACCOUNT_DISABLED="The account takes no signals until it is enabled.",
    ACCOUNT_HALTED="The account takes no signals until it is resumed or reset; see its haltReason.",
    UNSUPPORTED_SYMBOL="This symbol cannot be traded here, e.g. a FOREX pair not quoted in USD.",
    ASSET_CLASS_MISMATCH="The symbol is traded as another asset class.",
    CONTRADICTORY_SIDE="The pattern implies the other side.",
    INVALID_LEVELS="Stop, entry price and targets are not in order for the side.",
    NO_MARKET_PRICE="No price of the symbol is known; send marketPrice, bars or quotes.",
    STALE_MARKET_PRICE="The last price is older than the account's maxPriceAgeSeconds.",
    LATE_SIGNAL="The timestamp lies before the symbol's last price by maxPriceAgeSeconds or more.",
    STOP_ALREADY_BREACHED="The price is already at or beyond the stop.",
    TARGET_ALREADY_REACHED="The price is already at or beyond target 1.",
    QUANTITY_TOO_SMALL="riskPercent does not pay for one step of quantity.",
    TRADE_RISK_EXCEEDED="The trade alone would risk more than the account allows.",
    CAMPAIGN_RISK_EXCEEDED="The campaign would risk more than the account allows.",
    PORTFOLIO_HEAT_EXCEEDED="All open and working risk together would exceed what the account allows.",
    INSUFFICIENT_BUYING_POWER="Amount and commission do not fit the buying power.",
    POSITION_NOT_FOUND="The account has no such position.",
    POSITION_NOT_OPEN="The position is closed already.",
    SIGNAL_NOT_FOUND="The account has no such signal.",
    SIGNAL_NOT_WORKING="Only a WORKING signal can be cancelled.",
    BACKTEST_NOT_FOUND="There is no such backtest.",
    MARKET_DATA_USED="Something was decided by the market data, so that it cannot be retracted; the message says what.",
)
