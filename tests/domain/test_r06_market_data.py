"""R6: bars and quotes, and the symbols that they are of."""

from datetime import timedelta
from typing import Any

import pytest

from domain.instruments import AssetClass
from domain.notation import read_symbol
from domain.orders.side import Side
from domain.refusals import ErrorCode
from domain.validation import Invalid
from tests.builders import (
    FREE,
    TheDesk,
    a_bar,
    a_limit,
    a_signal,
    at,
    both_sides,
)


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"open": "100", "low": "101", "high": "102"}, "open"),
        ({"open": "100", "high": "101", "close": "102"}, "close"),
        ({"open": "100", "close": "98", "low": "99"}, "close"),
        ({"open": "100", "low": "0"}, "low"),
        ({"open": "100", "volume": "-1"}, "volume"),
        ({"minutes": 0}, "start"),
        ({"minutes": -30}, "start"),
        ({"symbol": "aapl"}, "symbol"),
        ({"symbol": ""}, "symbol"),
        ({"symbol": "A" * 33}, "symbol"),
    ],
)
def test_r6_a_bar_that_makes_no_sense_is_refused(figures: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as problem:
        a_bar("09:30", **figures)
    assert problem.value.field == field


@both_sides
def test_r6_a_quote_acts_like_a_bar_of_zero_length(side: Side) -> None:
    desk = TheDesk(side, **FREE)
    desk.send(a_signal(market="100", stop="95"))
    desk.quote("09:45", "94.5")
    assert desk.exits() == ["STOP_LOSS 100 @ 94.5 gap"]
    assert desk.exit().time == at("09:45")


def test_r6_a_bar_may_end_up_to_a_minute_after_the_wall_clock() -> None:
    desk = TheDesk(wall=at("09:59"))
    assert desk.bars(a_bar("09:30")).applied == 1


def test_r6_a_bar_that_ends_over_a_minute_after_the_wall_clock_is_refused() -> None:
    desk = TheDesk(wall=at("09:59") - timedelta(microseconds=1))
    assert desk.rejected(a_bar("09:30")) == [(0, "INVALID")]
    assert desk.last_price() is None


def test_r6_the_first_accepted_signal_fixes_a_symbols_asset_class() -> None:
    desk = TheDesk()
    desk.send(a_signal(symbol="XYZ", asset_class=AssetClass.CRYPTO, stop="101", market="100"))
    desk.send(a_signal(symbol="XYZ", asset_class=AssetClass.STOCK, market="100"))
    refusal = desk.refuses(a_signal(symbol="XYZ", asset_class=AssetClass.CRYPTO, market="100"))
    assert desk.status(1) == "REJECTED"
    assert (refusal.code, refusal.field) == (ErrorCode.ASSET_CLASS_MISMATCH, "asset_class")


def test_r6_a_waiting_signal_fixes_the_asset_class_for_other_accounts_too() -> None:
    desk = TheDesk()
    desk.send(a_limit("98", symbol="XYZ", asset_class=AssetClass.CRYPTO))
    desk.account_name = "other"
    desk.enable()
    assert desk.code(a_signal(symbol="XYZ", market="100")) is ErrorCode.ASSET_CLASS_MISMATCH


def test_r6_forex_that_is_not_quoted_in_dollars_is_refused() -> None:
    desk = TheDesk()
    pair: dict[str, Any] = {"asset_class": AssetClass.FOREX, "market": "1.1", "stop": "1.09", "target": "1.2"}
    assert desk.code(a_signal(symbol="EURJPY", **pair)) is ErrorCode.UNSUPPORTED_SYMBOL
    assert desk.code(a_signal(symbol="EURUSD", **pair)) is None


def test_r6_a_files_symbol_in_lower_case_is_read_as_capitals() -> None:
    assert [read_symbol(text) for text in ("abc", "M&M.ns", "^gspc", "EUR/USD")] == [
        "ABC",
        "M&M.NS",
        "^GSPC",
        "EUR/USD",
    ]
    for text in ("ß", "ſ", "a b", ""):
        with pytest.raises(Invalid, match=r"^symbol must be 1 to 32 of A-Z"):
            read_symbol(text)
