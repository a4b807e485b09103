"""A backtest's equity curve: kept as it was sent, returned with its drawdown, refused where it is invalid."""

from decimal import Decimal

import pytest

from tests.api.desk import Client, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

CURVE = "query Curve($id: ID!) { node(id: $id) { ... on Backtest { curve { time equity drawdown } } } }"
LISTED = "{ backtests(first: 100) { nodes { curve { time equity } } } }"


def points(*equities: str) -> list[Json]:
    return [{"time": f"2024-03-{day:02}T21:00:00Z", "equity": equity} for day, equity in enumerate(equities, start=1)]


async def curve_of(client: Client, backtest: Json) -> list[Json]:
    curve: list[Json] = (await client.ask(CURVE, id=backtest["id"]))["node"]["curve"]
    return curve


async def test_a_curve_is_returned_as_it_was_sent_with_its_drawdown(client: Client) -> None:
    sent = points("100000", "125000", "100000", "120000.5", "130000")
    payload = await client.do("recordBacktest", name="with a curve", metrics={}, curve=sent)
    curve = await curve_of(client, payload["backtest"])
    assert payload["errors"] == []
    assert [{name: point[name] for name in ("time", "equity")} for point in curve] == sent
    assert [point["drawdown"] for point in curve] == ["0", "0", "20", "3.9996", "0"]
    assert payload["backtest"]["curve"] == curve


async def test_a_curve_has_no_drawdown_before_its_equity_was_above_nothing(client: Client) -> None:
    sent = points("0", "-5", "10", "5")
    payload = await client.do("recordBacktest", name="from nothing", metrics={}, curve=sent)
    assert [point["drawdown"] for point in await curve_of(client, payload["backtest"])] == ["0", "0", "0", "50"]


async def test_a_backtest_without_a_curve_has_no_points(client: Client) -> None:
    payload = await client.do("recordBacktest", name="figures only", metrics={"sharpe": "1"})
    assert await curve_of(client, payload["backtest"]) == []


@pytest.mark.parametrize(
    ("curve", "message", "field"),
    [
        (points("1", "2")[::-1], "curve[1]: the curve's times must rise", ["curve", "1", "time"]),
        (points("1") * 2, "curve[1]: the curve's times must rise", ["curve", "1", "time"]),
        (
            points("1", "10000000000"),
            "curve[1]: equity must have at most 8 decimal places and be below 10000000000",
            ["curve", "1", "equity"],
        ),
    ],
    ids=["backwards", "twice", "too large"],
)
async def test_a_curve_that_makes_no_sense_is_refused(
    client: Client, curve: list[Json], message: str, field: list[str]
) -> None:
    before = await client.stored()
    payload = await client.do("recordBacktest", name="x", metrics={}, curve=curve)
    [error] = payload["errors"]
    assert (payload["backtest"], error["code"], error["message"], error["field"]) == (
        None,
        "INVALID_INPUT",
        message,
        field,
    )
    assert await client.stored() == before


async def test_a_thousand_and_one_points_are_too_many_at_once(client: Client) -> None:
    before = await client.stored()
    point = {"time": "2024-01-02T00:00:00Z", "equity": "1"}
    answer = await client.malformed("recordBacktest", name="x", metrics={}, curve=[point] * 1_001)
    assert answer == ("LIMIT_EXCEEDED", "Send at most 1000 values at once as $input.curve, not 1001.")
    assert await client.stored() == before


async def test_the_curves_of_a_whole_page_are_too_much_to_ask_for(client: Client) -> None:
    code, message = await client.error(LISTED)
    assert code == "LIMIT_EXCEEDED"
    assert "values in its answer, where 50000 are allowed" in message


async def test_equity_may_be_negative(client: Client) -> None:
    payload = await client.do("recordBacktest", name="ruined", metrics={}, curve=points("100", "-50.00000001"))
    assert [Decimal(point["equity"]) for point in await curve_of(client, payload["backtest"])] == [
        Decimal(100),
        Decimal("-50.00000001"),
    ]
