"""The levels of a signal, as a client sends and sees them: those that are not there, and those relative to the fill."""

import pytest

from tests.api.desk import DAY, OPENING, Trader, figures, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

BARE = {"stopLoss": None, "target1": None, "quantity": "20"}


async def test_a_position_needs_neither_a_stop_nor_a_target(trader: Trader) -> None:
    payload = await trader.send(**BARE, marketPrice="99")
    signal, position = payload["signal"], payload["position"]
    assert figures(signal, "status", "stopLoss", "target1", "target2") == ["EXECUTED", None, None, None]
    assert figures(position, "stopLoss", "initialStopLoss", "target1", "rMultiple") == [None, None, None, None]
    assert position["openRisk"] == "1980.396"
    await trader.do("closePosition", positionId=position["id"])
    [trade] = await trader.list("trades")
    assert (trade["rMultiple"], trade["excursion"]) == (None, {"adverse": None, "favourable": None})
    totals = await trader.totals()
    assert figures(totals, "tradeCount", "averageR") == [1, None]


async def test_without_a_stop_the_whole_amount_is_held_to_the_risk_limit(trader: Trader) -> None:
    preview = await trader.preview(**BARE)
    assert [error["code"] for error in preview["errors"]] == ["TRADE_RISK_EXCEEDED"]
    assert figures(preview, "accepted", "quantity", "tradeRiskPercent") == [False, "20", "2.0004"]
    await trader.do("updateSettings", settings={"maxTradeRiskPercent": "5000", "maxHeatPercent": "5000"})
    assert (await trader.preview(**BARE))["accepted"] is True


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        ({"stopLoss": None, "quantity": None, "riskPercent": "1"}, "riskPercent", "riskPercent needs a stop"),
        ({"target1": None, "target2": "105"}, "target2", "target2 needs a target1"),
    ],
    ids=["size", "targets"],
)
async def test_what_needs_a_level_that_is_not_there_is_invalid(
    trader: Trader, content: dict[str, str | None], field: str, said: str
) -> None:
    [error] = (await trader.send(**content))["errors"]
    assert figures(error, "code", "field") == ["INVALID_INPUT", [field]]
    assert error["message"].startswith(said)


RELATIVE = {"stopLoss": None, "stopDistance": "2", "target1": None, "target1R": "1.5", "target2R": "3"}


async def test_a_signal_keeps_its_relative_levels_and_the_position_has_prices(trader: Trader) -> None:
    trailing = {"percent": "1", "activationR": "2", "step": "0.5"}
    payload = await trader.send(**RELATIVE, trailingStop=trailing)
    signal, position = payload["signal"], payload["position"]
    named = ("stopLoss", "stopDistance", "target1", "target1R", "target2", "target2R")
    assert figures(signal, *named) == [None, "2", None, "1.5", None, "3"]
    assert signal["trailingStop"] == {**trailing, "offset": None, "activation": None}
    assert figures(position, "entryPrice", "stopLoss", "initialStopLoss") == ["100.02", "98.02", "98.02"]
    assert figures(position, "target1", "target2", "openRisk") == ["103.02", "106.02", "200"]
    assert position["trailingStop"] == {"offset": "1.0002", "activation": "104.02", "step": "0.5"}
    await trader.see(trader.a_bar(OPENING, "102", "105"))
    [held] = await trader.list("positions")
    assert figures(held, "stopLoss", "status") == ["103.9998", "TARGET_1_HIT"]


async def test_a_preview_shows_the_prices_that_relative_levels_become(trader: Trader) -> None:
    preview = await trader.preview(**RELATIVE)
    assert figures(preview, "fillPrice", "stopLoss", "target1", "target2") == ["100.02", "98.02", "103.02", "106.02"]
    refused = await trader.preview(**(RELATIVE | {"stopDistance": "200"}))
    assert [error["code"] for error in refused["errors"]] == ["INVALID_LEVELS"]
    assert figures(refused, "quantity", "stopLoss") == ["100", None]


async def test_a_trailing_stop_that_begins_at_once_is_the_first_stop_and_sizes_by_it(trader: Trader) -> None:
    position = await trader.a_long(
        stopLoss=None, target1=None, quantity=None, riskPercent="1", trailingStop={"offset": "10"}
    )
    assert figures(position, "quantity", "stopLoss", "initialStopLoss") == ["100", "90.02", "90.02"]


async def test_relative_levels_sent_again_in_another_spelling_are_the_same_content(trader: Trader) -> None:
    signal_id = "7f9c24e8-3b13-4d2f-9a40-7d6f2f6a1c55"
    first = await trader.send(**RELATIVE, id=signal_id)
    async with nothing_is_kept(trader):
        again = await trader.send(**(RELATIVE | {"stopDistance": "2.000", "target1R": "1.50"}), id=signal_id)
        other = await trader.send(**(RELATIVE | {"stopDistance": None, "stopPercent": "2"}), id=signal_id)
    assert (again["replayed"], again["position"]["id"]) == (True, first["position"]["id"])
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        ({"stopDistance": "2"}, ["stopDistance"], "give stopLoss or stopDistance, not both"),
        ({"stopPercent": "2"}, ["stopPercent"], "give stopLoss or stopPercent, not both"),
        ({"target1R": "2"}, ["target1R"], "give target1 or target1R, not both"),
        ({"target2R": "2", "target2": "105"}, ["target2R"], "give target2 or target2R, not both"),
        ({"stopLoss": None, "target1": None, "target1R": "2"}, ["target1R"], "target1R needs a stop"),
        (
            {"trailingStop": {"offset": "1", "percent": "1"}},
            ["trailingStop", "offset"],
            "give exactly one of trailingStop.offset and trailingStop.percent",
        ),
        (
            {"trailingStop": {"offset": "1", "activation": "1", "activationR": "1"}},
            ["trailingStop", "activationR"],
            "give trailingStop.activation or trailingStop.activationR, not both",
        ),
        ({"stopLoss": None, "stopPercent": "-1"}, ["stopPercent"], "stopPercent must be above 0, not -1"),
        ({"stopLoss": None, "stopPercent": "0.000000001"}, ["stopPercent"], "stopPercent must have at most 8"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_levels_that_contradict_each_other_are_invalid(
    trader: Trader, content: dict[str, object], field: list[str], said: str
) -> None:
    [error] = (await trader.send(**content))["errors"]
    assert figures(error, "code", "field") == ["INVALID_INPUT", field]
    assert error["message"].startswith(said)


async def test_a_working_signal_with_relative_levels_fills_with_prices_of_its_fill(trader: Trader) -> None:
    await trader.send(**RELATIVE, entry="LIMIT", entryPrice="99", marketPrice=None)
    assert (await trader.totals())["heatPercent"] == "0.2"
    await trader.see(trader.a_bar(OPENING, "98.5", "100", close="100"), trader.a_bar(OPENING + DAY, "100", "102"))
    [held] = await trader.list("positions")
    assert figures(held, "entryPrice", "stopLoss", "target1", "status") == ["99", "97", "102", "TARGET_1_HIT"]
