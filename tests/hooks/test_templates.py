"""How templates read alerts: tickers, fields, sizes and levels, and the texts that they offer."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from api.codec.hooks import Hook, HookDefaults
from api.hooks.alert import BadAlert
from api.hooks.execution import require_sound
from api.hooks.registry import all_templates
from api.hooks.symbols import desk_symbol
from domain.instruments import AssetClass
from domain.validation import Invalid
from tests.builders import WALL
from tests.hooks.reading import content

FILLED_IN = {
    "ticker": "AAPL",
    "exchange": "NASDAQ_DLY",
    "close": "100.5",
    "timenow": "2024-01-02T15:00:00Z",
    "strategy.order.action": "buy",
    "strategy.order.contracts": "3",
    "strategy.order.price": "100.25",
    "strategy.order.comment": "",
    "strategy.market_position": "long",
    "strategy.position_size": "3",
}


@pytest.mark.parametrize(
    ("ticker", "exchange", "symbol", "asset_class"),
    [
        ("AAPL", None, "AAPL", None),
        ("NASDAQ:AAPL", None, "AAPL", None),
        ("NASDAQ_DLY:AAPL", None, "AAPL", None),
        ("AAPL_DL", "NYSE", "AAPL", None),
        ("AAPL", "BATS_DLY", "AAPL", None),
        ("BRK.B", "NYSE", "BRK.B", None),
        ("BINANCE:BTCUSDT.P", None, "BTC/USDT", AssetClass.CRYPTO),
        ("BTCUSDT", None, "BTC/USDT", AssetClass.CRYPTO),
        ("BTCUSD", "COINBASE", "BTC/USD", AssetClass.CRYPTO),
        ("1000SHIBUSDT.P", None, "1000SHIB/USDT", AssetClass.CRYPTO),
        ("ETHBTC", "BINANCE", "ETH/BTC", AssetClass.CRYPTO),
        ("USDT", "BINANCE", "USDT", AssetClass.CRYPTO),
        ("OANDA:EURUSD", None, "EURUSD", AssetClass.FOREX),
        ("EURUSD", None, "EURUSD", None),
        ("CME_MINI:ES1!", None, "ES", None),
        ("GOOG", "NASDAQ", "GOOGL", None),
    ],
)
def test_a_ticker_is_the_desks_symbol(
    ticker: str, exchange: str | None, symbol: str, asset_class: AssetClass | None
) -> None:
    assert desk_symbol(ticker, exchange, {"CME_MINI:ES1!": "ES", "NASDAQ:GOOG": "GOOGL"}) == (symbol, asset_class)


def test_a_ticker_that_no_desk_can_have_is_named() -> None:
    with pytest.raises(BadAlert, match="'ES1!' is no ticker of a desk: tell the hook which symbol it is"):
        desk_symbol("ES1!", None, {})


@pytest.mark.parametrize("name", sorted(all_templates()))
def test_the_texts_that_are_offered_are_read(name: str) -> None:
    template = all_templates()[name]
    for defaults in (HookDefaults(), HookDefaults(quantity=Decimal(2))):
        for text in template.texts(defaults):
            body = re.sub(r"\{\{(.*?)\}\}", lambda found: FILLED_IN[found[1]], text.text)
            alert = template.read(body, defaults)
            assert alert.symbol == "AAPL"
            require_sound(alert, Hook("door", "default", name, defaults, "", WALL))


def test_what_is_offered_as_json_has_the_time_of_its_sender_put_in() -> None:
    template = all_templates()["json"]
    [text] = template.texts(HookDefaults(fields={"at": "timestamp"}))
    assert text.title == "A signal, whose time your program puts in for {{timenow}}, as TradingView does"
    assert json.loads(text.text)["at"] == "{{timenow}}"
    with pytest.raises(BadAlert, match=r"'at' is still '\{\{timenow\}\}'"):
        template.read(text.text, HookDefaults(fields={"at": "timestamp"}))


FEW = HookDefaults(fields={f"f{number}": "" for number in range(99)})


def as_json(pairs: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f'"{key}": "{value}"' for key, value in pairs) + "}"


def as_text(pairs: list[tuple[str, str]]) -> str:
    return "\n".join(f"{key}={value}" for key, value in pairs)


@pytest.mark.parametrize(("template", "written"), [("tradingview", as_json), ("text", as_text)])
def test_an_alert_has_a_hundred_fields_at_most_each_once(
    template: str, written: Callable[[list[tuple[str, str]]], str]
) -> None:
    read = all_templates()[template].read
    pairs = [("ticker", "AAPL"), ("action", "close"), *((f"f{number}", "1") for number in range(98))]
    assert read(written(pairs), FEW).symbol == "AAPL"
    with pytest.raises(BadAlert, match=r"^the alert has more than 100 fields$"):
        read(written([*pairs, ("f98", "1")]), FEW)
    with pytest.raises(BadAlert, match=r"^the alert says 'action' twice$"):
        read(written([*pairs[:2], ("action", "buy")]), FEW)


def test_a_template_whose_alerts_may_have_no_time_says_so() -> None:
    none, without = HookDefaults(), HookDefaults(fields={"timenow": "", "time": "", "timestamp": ""})
    warned = {name: [bool(template.warnings(known)) for known in (none, without)] for name, template in TEMPLATES}
    assert warned == {"json": [False, True], "text": [True, True], "tradingview": [False, True]}


@pytest.mark.parametrize(
    ("fields", "is_warned"),
    [({"timenow": ""}, True), ({"timenow": "note"}, True), ({"timenow": "", "stamp": "time"}, False), ({}, False)],
)
def test_the_time_of_ready_made_texts_must_be_the_hooks_time(fields: dict[str, str], is_warned: bool) -> None:
    assert bool(all_templates()["tradingview"].warnings(HookDefaults(fields=fields))) is is_warned


TEMPLATES = sorted(all_templates().items())


def test_numbers_keep_their_digits_whether_they_are_quoted_or_not() -> None:
    body = '{"ticker": "AAPL", "action": "buy", "quantity": 3, "price": 0.10000000000000001, "sl": "9.10e-2"}'
    assert content("tradingview", body) == {
        "symbol": "AAPL",
        "side": "LONG",
        "source": "door",
        "quantity": "3",
        "marketPrice": "0.10000000000000001",
        "stopLoss": "9.10e-2",
    }


def test_of_several_names_for_one_field_the_first_with_a_value_counts() -> None:
    body = '{"ticker": "AAPL", "action": "buy", "qty": 1, "close": 1, "price": 2, "time": "2024-01-02T00:00:00Z", '
    body += '"timenow": "2024-01-02T15:00:00Z", "order_comment": ""}'
    with pytest.raises(BadAlert, match="there is no field 'order_comment'"):
        content("tradingview", body)
    read = content("tradingview", body.replace("order_comment", "comment"))
    assert (read["marketPrice"], read["timestamp"]) == ("2", "2024-01-02T15:00:00Z")
    assert "note" not in read


def test_fields_are_what_the_hook_calls_them() -> None:
    fields = {"sym": "symbol", "do": "action", "n": "quantity", "mood": ""}
    read = content("json", '{"sym": "AAPL", "do": "sell", "n": 2, "mood": "calm"}', fields=fields)
    assert (read["symbol"], read["side"], read["quantity"]) == ("AAPL", "SHORT", "2")
    with pytest.raises(BadAlert, match="there is no field 'ticker'"):
        content("json", '{"ticker": "AAPL", "action": "sell"}')
    with pytest.raises(Invalid, match="`fields` names 'mod' for 'mood'"):
        all_templates()["json"].require_fields(HookDefaults(fields={"mood": "mod"}))


@pytest.mark.parametrize(
    ("defaults", "fields", "levels"),
    [
        ({"stop_percent": "5", "target1_r": "2"}, "", {"stopPercent": "5", "target1R": "2"}),
        ({"stop_percent": "3", "target1_percent": "5"}, "", {"stopPercent": "3", "target1R": "1.66666667"}),
        ({"target1_percent": "5"}, ',"price":"80"', {"target1": "84"}),
        ({"stop_percent": "5", "target1_r": "2"}, ',"sl":"70"', {"stopLoss": "70", "target1R": "2"}),
        ({"stop_percent": "5", "target1_r": "2"}, ',"tp":"90"', {"stopPercent": "5", "target1": "90"}),
        (
            {"target1_r": "2"},
            ',"stopDistance":"4","tp_percent":"10","price":"80"',
            {"stopDistance": "4", "target1": "88"},
        ),
    ],
)
def test_levels_are_the_alerts_else_the_hooks(defaults: dict[str, str], fields: str, levels: dict[str, str]) -> None:
    body = '{"ticker":"AAPL","action":"buy","quantity":"1"' + fields + "}"
    read = content("tradingview", body, **{name: Decimal(text) for name, text in defaults.items()})
    names = ("stopLoss", "stopPercent", "stopDistance", "target1", "target1R")
    assert {name: read[name] for name in names if name in read} == levels


def test_a_target_in_percent_needs_something_to_be_reckoned_from() -> None:
    with pytest.raises(BadAlert, match="a target in percent needs a stop in percent, or the alert's price"):
        content("tradingview", '{"ticker":"AAPL","action":"buy","quantity":1}', target1_percent=Decimal(5))


@pytest.mark.parametrize(
    ("defaults", "size"),
    [
        ({}, {"quantity": "7"}),
        ({"quantity": Decimal(2)}, {"quantity": "2"}),
        ({"risk_percent": Decimal(1), "stop_percent": Decimal(5)}, {"riskPercent": "1"}),
    ],
)
def test_the_orders_contracts_are_the_size_where_the_hook_has_none(
    defaults: dict[str, Any], size: dict[str, str]
) -> None:
    body = "order buy @ 7 filled on AAPL. New strategy position is 7"
    read = content("text", body, **defaults)
    assert {name: read[name] for name in ("quantity", "riskPercent") if name in read} == size


def test_what_a_hook_cannot_mean_is_refused() -> None:
    for wrong, sentence in (
        ({"quantity": Decimal(1), "risk_percent": Decimal(1)}, "give quantity or `risk_percent`, not both"),
        ({"target1_r": Decimal(1), "target1_percent": Decimal(1)}, "give `target1_r` or `target1_percent`, not both"),
        ({"stop_percent": Decimal(0)}, "`stop_percent` must be above 0, not 0"),
        ({"symbols": {"A": "b"}}, "not 'b'"),
        ({"symbols": {"": "B"}}, "`symbols` has a name that is empty, too long or not printable"),
        ({"fields": {str(number): "note" for number in range(201)}}, "`fields` may name 200 at most"),
    ):
        with pytest.raises(Invalid, match=re.escape(sentence)):
            HookDefaults(**wrong)
