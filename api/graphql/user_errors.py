"""Refusals, as clients receive them: data of a payload, no error of the response."""

from decimal import Decimal

import strawberry

from api.codec.field_names import api_message, api_path
from api.graphql.enums import describe
from domain.refusals import ErrorCode, Refusal

describe(
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
    QUANTITY_TOO_SMALL="riskPercent, or percent of a closing, does not make one step of quantity.",
    QUANTITY_TOO_LARGE="More was to be closed than is open.",
    TRADE_RISK_EXCEEDED="The trade alone would risk more than the account allows.",
    CAMPAIGN_RISK_EXCEEDED="The campaign would risk more than the account allows.",
    PORTFOLIO_HEAT_EXCEEDED="All open and working risk together would exceed what the account allows.",
    INSUFFICIENT_BUYING_POWER="Amount and commission do not fit the buying power.",
    POSITION_NOT_FOUND="The account has no such position.",
    POSITION_NOT_OPEN="The position is closed already.",
    NOTHING_TO_CLOSE="The account has nothing open, or nothing of that symbol.",
    SIGNAL_NOT_FOUND="The account has no such signal.",
    SIGNAL_NOT_WORKING="Only a WORKING signal can be cancelled or amended.",
    CHANGED_MEANWHILE="What was to be amended has changed since the cursor in ifCursor.",
    BACKTEST_NOT_FOUND="There is no such backtest.",
    MARKET_DATA_USED="Something was decided by the market data, so that it cannot be retracted; the message says what.",
)


@strawberry.type(description="Why the desk refused: an answer, not a failure.")
class UserError:
    code: ErrorCode = strawberry.field(description="What kind of refusal.")
    message: str = strawberry.field(description="A sentence that says what was wrong and what would be right.")
    field: list[str] | None = strawberry.field(description="The path of the input field to blame, if one is.")
    limit: Decimal | None = strawberry.field(description="The figure that was not to be passed, where there is one.")
    actual: Decimal | None = strawberry.field(description="The figure that was found instead.")


def user_error(refusal: Refusal) -> UserError:
    """A refusal."""
    path = None if refusal.field is None else api_path(refusal.field).split(".")
    return UserError(
        code=refusal.code, message=api_message(refusal.message), field=path, limit=refusal.limit, actual=refusal.actual
    )


def user_errors(refusal: Refusal | None) -> list[UserError]:
    """The refusal of a payload, if there is one."""
    return [] if refusal is None else [user_error(refusal)]


_ERRORS = "Why the desk refused; empty if it did not."


def errors_field() -> list[UserError]:
    """The field of a payload that holds its refusal."""
    return strawberry.field(description=_ERRORS)  # type: ignore[no-any-return]


def replayed_field() -> bool:
    """The field of a payload that says whether it is an earlier answer (R5)."""
    text = "Whether this id had been answered before, and this is that answer."
    return strawberry.field(description=text)  # type: ignore[no-any-return]
