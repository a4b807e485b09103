"""What the desk would decide about a command that risks something, and its figures."""

from decimal import Decimal
from typing import Any

import strawberry

from api.graphql.enums import Side
from api.graphql.figures import bounded_percent
from api.graphql.user_errors import UserError, user_errors
from domain.money import figure
from domain.refusals import Refusal
from domain.risk import limits

_PERCENTS = ("trade_risk_percent", "campaign_risk_percent", "heat_percent")


@strawberry.type(description="What the desk would decide about an amendment, with its figures as far as there are any.")
class Assessment:
    accepted: bool = strawberry.field(description="Whether the desk would do it.")
    errors: list[UserError] = strawberry.field(description="Why not; none where an IOC would just be cancelled.")
    side: Side | None = strawberry.field(description="Given, or implied by the pattern.")
    quantity: Decimal | None = strawberry.field(description="The size.")
    trade_risk_percent: Decimal | None = strawberry.field(description="Risk of the trade, percent of equity.")
    campaign_risk_percent: Decimal | None = strawberry.field(
        description="Risk of its campaign with it; null without a campaign."
    )
    heat_percent: Decimal | None = strawberry.field(description="Risk of everything with it.")
    buying_power: Decimal | None = strawberry.field(description="What its amount and commission must fit, USD.")


def figures_of(assessed: limits.Assessment | Refusal) -> dict[str, Any]:
    """The fields of what was assessed, or refused before there was anything to assess."""
    if isinstance(assessed, Refusal):
        nothing = dict.fromkeys(("side", "quantity", *_PERCENTS, "buying_power"))
        return {"accepted": False, "errors": user_errors(assessed), **nothing}
    percents = {name: getattr(assessed, name) for name in _PERCENTS}
    return {
        "accepted": assessed.refusal is None and not assessed.is_cancelled,
        "errors": user_errors(assessed.refusal),
        "side": assessed.side,
        "quantity": assessed.quantity,
        "buying_power": None if assessed.buying_power is None else figure(assessed.buying_power),
        **{name: None if percent is None else bounded_percent(percent) for name, percent in percents.items()},
    }


def assessment(assessed: limits.Assessment | Refusal) -> Assessment:
    """What the desk would decide about an amendment."""
    return Assessment(**figures_of(assessed))
