"""Sums over positions: exact however many digits there are, and none left of what is gone."""

import weakref
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from domain.market.state import Mark, Market
from domain.money import OutOfRange
from domain.orders.side import Side
from domain.portfolio.exposure import Amounts, Exposure
from domain.portfolio.open_positions import NO_POSITIONS, OpenPositions
from domain.portfolio.overlay_map import OverlayMap
from domain.portfolio.position import OverridePrice, Position, StopLevel
from tests.builders import FREE, WALL, TheDesk, a_bar, a_signal
from tests.strategies import decimals

PRICE = Decimal("9999.87654321")


def a_position() -> Position:
    desk = TheDesk(**FREE)
    desk.bars(a_bar("09:00"))
    desk.send(a_signal(quantity="1"))
    (position,) = desk.account.positions.values()
    return position


OPENED = a_position()


@st.composite
def positions(draw: st.DrawFn) -> list[Position]:
    """Open positions of one symbol with as many digits as can be."""
    return [
        replace(
            OPENED,
            id=UUID(int=number),
            side=draw(st.sampled_from(Side)),
            campaign_id=draw(st.sampled_from([None, "one", "other"])),
            open_quantity=draw(decimals("0.00000001", "9999999.99999999", 8)),
            entry_price=draw(decimals("0.00000001", "9999999.99999999", 8)),
            entry_amount_left=draw(decimals("0", "9999999999", 8)),
            stops=draw(st.sampled_from([(), (StopLevel(draw(decimals("0.00000001", "9999999.99999999", 8)), WALL),)])),
            override_price=draw(st.sampled_from([None, OverridePrice(Mark(PRICE, WALL), 5)])),
        )
        for number in range(draw(st.integers(1, 5)))
    ]


def worth(position: Position, market: Market) -> Fraction:
    assert market.last is not None
    override = position.override_price
    is_own = override is not None and override.market_updates >= market.updates
    price = override.mark.price if override is not None and is_own else market.last.price
    return Fraction(position.open_quantity) * Fraction(price)


MANY_DIGITS = replace(
    OPENED,
    campaign_id="one",
    open_quantity=Decimal("9999999.12345679"),
    entry_price=Decimal("8888888.98765433"),
    stops=(StopLevel(Decimal("0.00000007"), WALL),),
)


@example([MANY_DIGITS], Decimal("7777777.12345677"), 5)
@given(positions(), decimals("0.00000001", "9999999.99999999", 8), st.integers(4, 6))
def test_sums_are_exact_and_nothing_is_left_of_what_is_closed(
    held: list[Position], price: Decimal, updates: int
) -> None:
    market = Market(OPENED.symbol, last=Mark(price, WALL), updates=updates)
    opened = OpenPositions.of(held)
    sums = opened.exposures[OPENED.symbol].worth(market)
    assert Fraction(sums.net) == sum(position.side.sign * worth(position, market) for position in held)
    assert Fraction(sums.gross) == sum(worth(position, market) for position in held)
    for campaign in ("one", "other"):
        risk = sum(Fraction(position.exact_open_risk) for position in held if position.campaign_id == campaign)
        assert Fraction(opened.open_risk(campaign)) == risk
    left = opened
    for position in held:
        left = left.with_position(replace(position, open_quantity=Decimal(0)))
    assert (len(left), len(left.exposures)) == (0, 0)
    assert left.open_risk() == left.open_risk("one") == 0
    emptied = opened.exposures[OPENED.symbol]
    for position in held:
        emptied = emptied.with_position(position, -1)
    assert emptied == Exposure()


@given(positions(), decimals("0.00000001", "9999.99999999", 8), st.integers(4, 6))
def test_a_valuation_goes_on_with_each_fill_as_if_all_were_valued_anew(
    held: list[Position], price: Decimal, updates: int
) -> None:
    apart = [replace(position, symbol=f"{position.symbol}{index % 2}") for index, position in enumerate(held)]
    known = [Market(symbol, last=Mark(price, WALL), updates=updates) for symbol in {p.symbol for p in apart}]
    markets = OverlayMap({market.symbol: market for market in known})
    going_on = NO_POSITIONS
    for position in (*apart, *(replace(position, open_quantity=Decimal(0)) for position in apart)):
        going_on = going_on.with_position(position)
        assert all_worth(going_on, markets) == all_worth(OpenPositions.of(going_on.values()), dict(markets))
    assert going_on.worth(markets) == Amounts()


def all_worth(held: OpenPositions, markets: Mapping[str, Market]) -> Amounts | str:
    try:
        return held.worth(markets)
    except OutOfRange as problem:
        return str(problem)


def test_a_valuation_keeps_no_markets_in_memory() -> None:
    market = Market(OPENED.symbol, last=Mark(PRICE, WALL))
    markets = OverlayMap({market.symbol: market})
    held = OpenPositions.of([OPENED])
    worth, kept = held.worth(markets), weakref.ref(markets)
    del markets
    assert kept() is None
    dearer = OverlayMap({market.symbol: replace(market, last=Mark(PRICE + 1, WALL))})
    assert held.worth(dearer).net == worth.net + OPENED.open_quantity
