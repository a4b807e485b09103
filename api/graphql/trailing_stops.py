"""A trailing stop, as clients send it with a signal or an amendment."""

from decimal import Decimal

import strawberry

from api.graphql.input_fields import optional


@strawberry.input(description="A stop that follows the price.")
class TrailingStopInput:
    """A TrailingStop."""

    offset: Decimal | None = optional("How far behind the best price it follows; or give percent.", None)
    percent: Decimal | None = optional("The same, in percent of the fill's price.", None)
    activation: Decimal | None = optional("The price at which it begins to follow; default: at once.", None)
    activation_r: Decimal | None = optional(
        "The same, as a multiple of the fill less the stop, from the fill; or give activation.", None
    )
    step: Decimal | None = optional("By how much it moves at least; default: by any.", None)
