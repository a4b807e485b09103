"""The tree of refusals: what the desk says instead of doing something (R20).

A refusal is an answer, not a failure: a code, a sentence, the input field where one is to blame, and the figures.

    Refusal
    |- the request       INVALID_INPUT  IDEMPOTENCY_CONFLICT
    |- the account       ACCOUNT_NOT_FOUND  ALREADY_ENABLED  ACCOUNT_DISABLED  ACCOUNT_HALTED
    |- the symbol        UNSUPPORTED_SYMBOL  ASSET_CLASS_MISMATCH
    |- side and levels   CONTRADICTORY_SIDE  INVALID_LEVELS
    |- the price         LATE_SIGNAL  NO_MARKET_PRICE  STALE_MARKET_PRICE  STOP_ALREADY_BREACHED
    |                    TARGET_ALREADY_REACHED
    |- size and limits   QUANTITY_TOO_SMALL  QUANTITY_TOO_LARGE  TRADE_RISK_EXCEEDED  CAMPAIGN_RISK_EXCEEDED
    |                    PORTFOLIO_HEAT_EXCEEDED  INSUFFICIENT_BUYING_POWER
    |- market data       MARKET_DATA_USED
    `- the thing named   POSITION_NOT_FOUND  POSITION_NOT_OPEN  NOTHING_TO_CLOSE  SIGNAL_NOT_FOUND
                         SIGNAL_NOT_WORKING  CHANGED_MEANWHILE  BACKTEST_NOT_FOUND

BACKTEST_NOT_FOUND is for who asks about a backtest: no command names one.
"""

from decimal import Decimal
from enum import Enum

from domain.errors import DomainError
from domain.money import figure, plain
from domain.records import dataclass
from domain.validation import Invalid, is_account_name


class ErrorCode(Enum):
    """Why the desk refused."""

    INVALID_INPUT = "INVALID_INPUT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    ACCOUNT_NOT_FOUND = "ACCOUNT_NOT_FOUND"
    ALREADY_ENABLED = "ALREADY_ENABLED"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    ACCOUNT_HALTED = "ACCOUNT_HALTED"
    UNSUPPORTED_SYMBOL = "UNSUPPORTED_SYMBOL"
    ASSET_CLASS_MISMATCH = "ASSET_CLASS_MISMATCH"
    CONTRADICTORY_SIDE = "CONTRADICTORY_SIDE"
    INVALID_LEVELS = "INVALID_LEVELS"
    NO_MARKET_PRICE = "NO_MARKET_PRICE"
    STALE_MARKET_PRICE = "STALE_MARKET_PRICE"
    LATE_SIGNAL = "LATE_SIGNAL"
    STOP_ALREADY_BREACHED = "STOP_ALREADY_BREACHED"
    TARGET_ALREADY_REACHED = "TARGET_ALREADY_REACHED"
    QUANTITY_TOO_SMALL = "QUANTITY_TOO_SMALL"
    QUANTITY_TOO_LARGE = "QUANTITY_TOO_LARGE"
    TRADE_RISK_EXCEEDED = "TRADE_RISK_EXCEEDED"
    CAMPAIGN_RISK_EXCEEDED = "CAMPAIGN_RISK_EXCEEDED"
    PORTFOLIO_HEAT_EXCEEDED = "PORTFOLIO_HEAT_EXCEEDED"
    INSUFFICIENT_BUYING_POWER = "INSUFFICIENT_BUYING_POWER"
    POSITION_NOT_FOUND = "POSITION_NOT_FOUND"
    POSITION_NOT_OPEN = "POSITION_NOT_OPEN"
    NOTHING_TO_CLOSE = "NOTHING_TO_CLOSE"
    SIGNAL_NOT_FOUND = "SIGNAL_NOT_FOUND"
    SIGNAL_NOT_WORKING = "SIGNAL_NOT_WORKING"
    BACKTEST_NOT_FOUND = "BACKTEST_NOT_FOUND"
    MARKET_DATA_USED = "MARKET_DATA_USED"
    CHANGED_MEANWHILE = "CHANGED_MEANWHILE"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the desk refused: `field` is the input to blame; `limit` and `actual` the figures, where there are any."""

    code: ErrorCode
    message: str
    field: str | None = None
    limit: Decimal | None = None
    actual: Decimal | None = None


class Refused(DomainError):
    """Carries a refusal from the check that found it to the decision that answers it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(
    code: ErrorCode,
    message: str,
    *,
    field: str | None = None,
    limit: Decimal | None = None,
    actual: Decimal | None = None,
) -> Refused:
    """The exception to raise; figures are brought to 8 places."""
    shown_limit = None if limit is None else figure(limit)
    shown_actual = None if actual is None else figure(actual)
    return Refused(Refusal(code, message, field, shown_limit, shown_actual))


def invalid(problem: Invalid) -> Refusal:
    """The refusal of input that cannot mean anything."""
    return Refusal(ErrorCode.INVALID_INPUT, problem.message, problem.field)


def no_account(name: str) -> str:
    """The sentence about an account that does not exist; it repeats the name only if it could be one."""
    if is_account_name(name):
        return f"there is no account {name!r}: enable creates it (R35)"
    return "there is no account of that name, nor can there be one"


def shown(value: Decimal) -> str:
    """A figure as a refusal's sentence shows it."""
    return plain(figure(value))
