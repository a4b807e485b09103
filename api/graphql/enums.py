"""Closed sets of the API: each of its values is described. Those of one subject stand with it."""

from enum import Enum

import strawberry

from api.graphql.library_internals import enum_definition
from domain.instruments import AssetClass
from domain.orders.side import Pattern, Side
from domain.portfolio.history_filter import ListOrder
from domain.portfolio.position import PositionStatus

__all__ = ["AssetClass", "ListOrder", "Pattern", "PositionStatus", "Side", "describe"]


def describe(closed: type[Enum], name: str, description: str, **values: str) -> None:
    """Name a closed set for the API, and describe each value. Raises ValueError for one that it lacks."""
    strawberry.enum(closed, name=name, description=description)
    for value in enum_definition(closed).values:
        value.description = values.pop(value.name)
    if values:
        raise ValueError(f"{name} has no {', '.join(values)}")


describe(
    Side,
    "Side",
    "Which way a position earns.",
    LONG="Bought first: earns when the price rises.",
    SHORT="Sold first: earns when the price falls.",
)
describe(
    Pattern,
    "WyckoffPattern",
    "A Wyckoff pattern; it implies the side of a signal that names none.",
    SPRING="A false break below support. Implies LONG.",
    SOS="A sign of strength. Implies LONG.",
    LPS="The last point of support. Implies LONG.",
    UTAD="An upthrust after distribution. Implies SHORT.",
)
describe(
    AssetClass,
    "AssetClass",
    "What kind of thing a symbol is. It fixes the step of a quantity, and is itself fixed by the symbol's first "
    "accepted signal.",
    STOCK="Whole shares.",
    FOREX="Whole units of the base currency; only pairs quoted in USD.",
    CRYPTO="Multiples of 0.00000001 of a coin.",
)
describe(
    PositionStatus,
    "PositionStatus",
    "Where a position stands.",
    OPEN="Nothing has exited yet.",
    TARGET_1_HIT="Part exited at target 1 and the rest is open; or all of it exited there.",
    TARGET_2_HIT="Closed at target 2.",
    STOPPED="Closed at its stop.",
    CLOSED="The last of it closed by hand: closePosition, closeAll, disable, reset, or ruin.",
    EXPIRED="Closed because its time was up.",
)
describe(
    ListOrder,
    "ListOrder",
    "In which order positions and trades are listed.",
    NEWEST="The newest first, in the order of the journal; of a span of time, by that time.",
    OLDEST="The oldest first, in the order of the journal; of a span of time, by that time.",
    BEST="The largest realized P&L first.",
    WORST="The smallest realized P&L first.",
    SYMBOL="By symbol, and of each the oldest first.",
)
