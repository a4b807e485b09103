"""Signals that are sent together: each answered as if it had come alone, and all of them recorded at once."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.errors import Code
from tests.api.desk import DAY, OPENING, Client, Json, Trader, figures, mutation_of, newcomer, nothing_is_kept

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESULT = """
  signal { signalId status side quantity riskPercent timestamp error { code field limit actual } }
  position { status quantity entryTime entryPrice stopLoss openRisk commission slippage } replayed
  errors { code field limit actual }
"""
ALONE = f"mutation ($input: ExecuteSignalInput!) {{ executeSignal(input: $input) {{ {RESULT} }} }}"
TOGETHER = f"mutation ($input: ExecuteSignalsInput!) {{ executeSignals(input: $input) {{ results {{ {RESULT} }} }} }}"
TOTALS = """query ($name: String!) {
  account(name: $name) { cash equity buyingPower heatPercent openPositions workingSignals openCommission }
}"""


async def together(client: Client, *signals: Json) -> list[Json]:
    payload = await client.do("executeSignals", signals=list(signals))
    assert payload["errors"] == []
    results: list[Json] = payload["results"]
    return results


def codes(result: Json) -> list[str]:
    return [error["code"] for error in result["errors"]]


async def test_each_is_answered_in_its_place_and_a_refusal_spoils_none(trader: Trader) -> None:
    executed, refused, working = await together(
        trader.client,
        trader.a_signal(),
        trader.a_signal(stopLoss="120"),
        trader.a_signal(entry="LIMIT", entryPrice="99", marketPrice=None),
    )
    assert figures(executed["position"], "entryPrice", "quantity", "openRisk") == ["100.02", "100", "202"]
    assert (refused["signal"]["status"], refused["position"], codes(refused)) == ("REJECTED", None, ["INVALID_LEVELS"])
    assert (working["signal"]["status"], working["position"], working["errors"]) == ("WORKING", None, [])
    assert figures(await trader.totals(), "openPositions", "workingSignals") == [1, 1]


async def test_input_that_means_nothing_is_refused_in_its_place(trader: Trader) -> None:
    first, second, third = await together(
        trader.client,
        trader.a_signal(quantity="-1"),
        trader.a_signal(account="no such account"),
        trader.a_signal(),
    )
    assert [first["signal"], second["signal"]] == [None, None]
    assert [figures(error, "code", "field") for error in first["errors"]] == [["INVALID_INPUT", ["quantity"]]]
    assert second["errors"] == (await trader.send(account="no such account"))["errors"]
    assert third["signal"]["status"] == "EXECUTED"


async def test_nothing_is_kept_of_signals_that_all_mean_nothing(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        results = await together(trader.client, *[trader.a_signal(quantity="-1")] * 3)
    assert [codes(result) for result in results] == [["INVALID_INPUT"]] * 3


async def test_each_names_its_account(trader: Trader) -> None:
    other = await newcomer(trader.client)
    results = await together(trader.client, trader.a_signal(), other.a_signal(quantity="3"), trader.a_signal())
    assert [codes(result) for result in results] == [[], [], []]
    assert [(await trader.totals())["openPositions"], (await other.totals())["openPositions"]] == [2, 1]


async def test_later_ones_are_decided_by_what_earlier_ones_left(trader: Trader) -> None:
    results = await together(trader.client, *[trader.a_signal(quantity="400")] * 3)
    assert [codes(result) for result in results] == [[], [], ["INSUFFICIENT_BUYING_POWER"]]


async def test_two_with_one_id_are_as_if_the_second_were_sent_after_the_first(trader: Trader) -> None:
    signal = trader.a_signal(id=str(uuid4()))
    first, again, other = await together(trader.client, signal, signal, {**signal, "quantity": "99"})
    assert [first["replayed"], again["replayed"], other["replayed"]] == [False, True, False]
    assert again == {**first, "replayed": True}
    assert (other["signal"], codes(other)) == (None, ["IDEMPOTENCY_CONFLICT"])


async def test_sent_again_they_are_answered_as_before_whichever_way_they_come(trader: Trader) -> None:
    signals = [trader.a_signal(id=str(uuid4())) for _ in range(3)]
    alone = await trader.client.do("executeSignal", **signals[1])
    first = await together(trader.client, *signals)
    assert [result["replayed"] for result in first] == [False, True, False]
    assert first[1] == {**alone, "replayed": True}
    async with nothing_is_kept(trader):
        assert await together(trader.client, *signals) == [{**result, "replayed": True} for result in first]


async def test_those_without_an_id_get_one_each(trader: Trader) -> None:
    results = await together(trader.client, *[trader.a_signal(quantity="1")] * 3)
    assert len({UUID(result["signal"]["signalId"]) for result in results}) == 3


async def test_a_value_that_cannot_be_read_fails_the_document_and_is_named_by_its_index(trader: Trader) -> None:
    async with nothing_is_kept(trader):
        code, message = await trader.client.malformed(
            "executeSignals", signals=[trader.a_signal(), trader.a_signal(stopLoss="1,5")]
        )
    assert code == Code.BAD_USER_INPUT
    assert ".signals[1].stopLoss: " in message


@pytest.mark.parametrize("number", [0, 501])
async def test_too_many_or_none_are_refused_together(trader: Trader, number: int) -> None:
    async with nothing_is_kept(trader):
        payload = await trader.client.do("executeSignals", signals=[trader.a_signal()] * number)
    assert payload["results"] == []
    assert [figures(error, "code", "message", "field") for error in payload["errors"]] == [
        ["INVALID_INPUT", f"signals must be from 1 to 500, not {number}", ["signals"]]
    ]


async def test_five_hundred_are_taken_and_answered_whole(trader: Trader) -> None:
    results = await together(trader.client, *[trader.a_signal(quantity="1")] * 500)
    assert [result["signal"]["status"] for result in results] == ["EXECUTED"] * 500
    assert (await trader.totals())["openPositions"] == 500


async def test_an_answer_counts_at_its_largest(trader: Trader) -> None:
    """All there is to a signal, twice as often as they are sent, is more than one document may ask for."""
    document = mutation_of("executeSignals")
    field = document[document.index("executeSignals") : -1]
    twice = document.replace(field, f"one: {field} two: {field}")
    code, _ = await trader.client.error(twice, input={"signals": [trader.a_signal()]})
    assert code == Code.LIMIT_EXCEEDED


LEVELS = some.sampled_from(["94", "98", "100", "106", "-1", "1.000000001"])
SIGNALS = some.lists(
    some.fixed_dictionaries(
        {"id": some.integers(1, 6), "stopLoss": LEVELS, "target1": LEVELS},
        optional={
            "side": some.sampled_from(["LONG", "SHORT", None]),
            "quantity": some.sampled_from(["1", "400", "0.5", "0"]),
            "riskPercent": some.sampled_from(["1", "3"]),
            "entry": some.sampled_from(["MARKET", "LIMIT", "STOP", "NEXT_OPEN"]),
            "entryPrice": some.sampled_from(["99", "101"]),
            "marketPrice": some.sampled_from(["100", None]),
            "campaignId": some.sampled_from(["spring", ""]),
            "timestamp": some.sampled_from(["2024-01-02T14:30:00Z", "2023-01-02T14:30:00Z", None]),
        },
    ),
    min_size=1,
    max_size=8,
)


@given(SIGNALS)
async def test_together_they_come_to_what_they_come_to_one_after_another(client: Client, signals: list[Json]) -> None:
    apart, joined = await newcomer(client), await newcomer(client)
    await client.do("ingestBars", bars=[trader.a_bar(OPENING - DAY, "100", "100") for trader in (apart, joined)])
    one_by_one = [await client.ask(ALONE, input=signal) for signal in signals_of(apart, signals)]
    at_once = await client.ask(TOGETHER, input={"signals": signals_of(joined, signals)})
    assert at_once["executeSignals"]["results"] == [answer["executeSignal"] for answer in one_by_one]
    [apart_totals, joined_totals] = [await client.ask(TOTALS, name=trader.account) for trader in (apart, joined)]
    assert joined_totals == apart_totals


def signals_of(trader: Trader, signals: Sequence[Json]) -> list[Json]:
    """Signals as a trader sends them."""
    return [trader.a_signal(**{**signal, "id": str(UUID(int=signal["id"]))}) for signal in signals]
