"""R16: how long a signal waits."""

from typing import Any

import pytest

from domain.instruments import AssetClass
from domain.orders.request import EntryType, TimeInForce
from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import FREE, D, TheDesk, a_bar, a_limit, a_next_open, a_signal, at, both_sides

IOC = TimeInForce.IOC


def known(side: Side, price: str = "100") -> TheDesk:
    """A desk that knows a last price, of 09:30."""
    desk = TheDesk(side)
    desk.quote("09:30", price)
    return desk


@pytest.mark.parametrize(
    ("fields", "lasts"),
    [
        ({}, TimeInForce.GTC),
        ({"good_until": "11:00"}, TimeInForce.GTD),
        ({"lasts": TimeInForce.GTC}, TimeInForce.GTC),
        ({"lasts": TimeInForce.GTD, "good_until": "11:00"}, TimeInForce.GTD),
        ({"lasts": IOC}, IOC),
    ],
    ids=str,
)
def test_r16_without_a_word_about_it_good_until_says_how_long_it_waits(
    fields: dict[str, Any], lasts: TimeInForce
) -> None:
    assert a_limit("98", **fields).resolved_time_in_force is lasts


@both_sides
@pytest.mark.parametrize("price", ["98", "97"])
def test_r16_a_limit_ioc_fills_now_at_the_last_price_at_its_limit_or_better(side: Side, price: str) -> None:
    desk = known(side, price)
    desk.send(a_limit("98", lasts=IOC, timestamp="09:45"))
    assert (desk.entry(), desk.fill().slippage) == (f"ENTRY 100 @ {price}", D("0"))
    assert desk.position().entry_time == at("09:45")


@both_sides
def test_r16_a_limit_ioc_that_cannot_fill_is_cancelled_and_never_waits(side: Side) -> None:
    desk = known(side, "98.01")
    result = desk.send(a_limit("98", lasts=IOC, timestamp="09:45"))
    assert (result.refusal, desk.status(), desk.working) == (None, "CANCELLED", [])
    assert (desk.heat, desk.account.positions.symbols) == (D("0"), frozenset())
    desk.bars(a_bar("10:00", low="97"))
    assert not desk.has_position()
    assert desk.code(a_limit("98", lasts=IOC, timestamp="09:45"), 1) is None
    assert desk.status() == "CANCELLED"


@both_sides
def test_r16_an_ioc_that_is_cancelled_is_not_sized_nor_held_to_limits(side: Side) -> None:
    desk = known(side, "120")
    desk.send(a_limit("98", lasts=IOC, quantity="1000000"))
    assert (desk.status(), desk.signal().quantity) == ("CANCELLED", D("1000000"))


@both_sides
def test_r16_a_limit_ioc_that_can_fill_is_held_to_everything(side: Side) -> None:
    desk = known(side, "97")
    assert desk.code(a_limit("98", lasts=IOC, quantity="10000")) is ErrorCode.TRADE_RISK_EXCEEDED
    assert desk.code(a_limit("98", lasts=IOC, stop="97")) is ErrorCode.STOP_ALREADY_BREACHED


@both_sides
def test_r16_a_market_ioc_is_what_a_market_signal_is_anyway(side: Side) -> None:
    desk = known(side)
    desk.send(a_signal(lasts=IOC))
    assert desk.entry() == "ENTRY 100 @ 100.02"


def test_r16_a_limit_ioc_needs_a_price_that_is_not_too_old() -> None:
    desk = TheDesk(max_price_age_seconds=60)
    assert desk.code(a_limit("98", lasts=IOC)) is ErrorCode.NO_MARKET_PRICE
    desk.quote("09:30", "97")
    assert desk.code(a_limit("98", lasts=IOC, timestamp="09:31:01")) is ErrorCode.STALE_MARKET_PRICE


def test_r16_a_cancelled_ioc_was_accepted_and_fixes_its_symbols_asset_class() -> None:
    desk = known(Side.LONG)
    desk.send(a_limit("98", lasts=IOC))
    assert desk.code(a_signal(asset_class=AssetClass.CRYPTO)) is ErrorCode.ASSET_CLASS_MISMATCH


def test_r16_a_preview_says_that_an_ioc_would_be_cancelled() -> None:
    desk = known(Side.LONG)
    seen = desk.preview(a_limit("98", lasts=IOC))
    assert (seen.is_cancelled, seen.refusal, seen.execution) == (True, None, None)
    assert not desk.preview(a_limit("101", lasts=IOC)).is_cancelled


@both_sides
def test_r16_gtd_expires_and_gtc_does_not(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_limit("98", lasts=TimeInForce.GTD, good_until="10:30"))
    desk.send(a_limit("98", lasts=TimeInForce.GTC))
    desk.bars(a_bar("10:30"))
    assert [desk.status(number) for number in (1, 2)] == ["EXPIRED", "WORKING"]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"lasts": TimeInForce.DAY}, "time_in_force", "DAY needs a market's hours, which no calendar here tells yet"),
        ({"lasts": TimeInForce.GTD}, "good_until", "GTD needs a `good_until`"),
        ({"lasts": TimeInForce.GTC, "good_until": "11:00"}, "good_until", "GTC takes no `good_until`"),
        ({"lasts": IOC, "good_until": "11:00"}, "good_until", "IOC takes no `good_until`"),
        ({"lasts": IOC, "entry": EntryType.STOP}, "time_in_force", "entry STOP cannot fill at once"),
        ({"lasts": IOC, "entry": EntryType.NEXT_OPEN, "price": None}, "time_in_force", "NEXT_OPEN cannot fill at once"),
        ({"lasts": IOC, "entry": EntryType.AT_CLOSE, "price": None}, "time_in_force", "AT_CLOSE cannot fill at once"),
        ({"lasts": IOC, "entry": EntryType.MARKET, "price": None, "good_until": "11:00"}, "good_until", "IOC takes no"),
    ],
    ids=str,
)
def test_r16_what_cannot_mean_anything_is_invalid(fields: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_signal(**{"entry": EntryType.LIMIT, "price": "98", **fields})
    assert refused.value.field == field
    assert said in refused.value.message


def test_r16_the_default_said_aloud_is_other_content() -> None:
    desk = known(Side.LONG)
    desk.send(a_next_open())
    assert desk.code(a_next_open(lasts=TimeInForce.GTC), 1) is ErrorCode.IDEMPOTENCY_CONFLICT
