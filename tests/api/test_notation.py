"""Numbers and times as libraries write them go in, and come out plain (R1, R3)."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.desk import DAY, OPENING, Trader, desk_on, figures, instant, newcomer
from tests.service.desks import verified

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_prices_with_more_than_8_places_are_rounded_half_even(trader: Trader) -> None:
    position = await trader.a_long(
        marketPrice="99.999999999999999",
        stopLoss="98.000000005000000",
        target1="1.04E+2",
        target2="104.50000001500000",
        trailingStop={"activation": "102.000000000000014", "offset": "9.9999999999999999E-1"},
    )
    assert figures(position, "entryPrice", "stopLoss", "target1", "target2") == [
        "100.02",
        "98",
        "104",
        "104.50000002",
    ]


async def test_a_signal_is_the_same_however_its_numbers_are_written(trader: Trader) -> None:
    known = {"id": str(uuid4())}
    first = await trader.send(**known, stopLoss="98.123456781", quantity="1e2", confidence="5.0E+1")
    again = await trader.send(**known, stopLoss="98.12345678", quantity="100.000000000000", confidence="50")
    assert (first["errors"], again["errors"]) == ([], [])
    assert (first["replayed"], again["replayed"]) == (False, True)


async def test_a_quantity_is_never_rounded(trader: Trader) -> None:
    payload = await trader.send(quantity="99.9999999999")
    [error] = payload["errors"]
    assert figures(error, "code", "field", "message") == [
        "INVALID_INPUT",
        ["quantity"],
        "quantity must have at most 8 decimal places and be below 10000000000",
    ]


async def test_a_position_is_closed_at_a_price_that_a_float_library_printed(trader: Trader) -> None:
    position = await trader.a_long()
    payload = await trader.do(
        "closePosition", positionId=position["id"], marketPrice="101.00000000000001", timestamp=instant(OPENING + DAY)
    )
    assert payload["trade"]["exitPrice"] == "100.9798"


async def test_times_are_read_as_databases_and_data_frames_write_them(trader: Trader) -> None:
    known = {"id": str(uuid4())}
    first = await trader.send(**known, timestamp="2024-01-02 09:30:00.000000999-0500")
    again = await trader.send(**known, timestamp="2024-01-02t14:30:00z")
    assert (first["signal"]["timestamp"], again["replayed"]) == ("2024-01-02T14:30:00Z", True)


def a_price_bar(trader: Trader, day: int, **content: Any) -> dict[str, Any]:
    return {**trader.a_bar(OPENING + day * DAY, "99", "101"), **content}


async def test_bars_and_quotes_with_float_noise_are_the_bars_and_quotes_without_it(trader: Trader) -> None:
    noisy = {"open": "99.50000000000001", "high": "101.0000000000", "low": "9.9E+1", "close": "1.0050000000000001e2"}
    plain = {"open": "99.5", "high": "101", "low": "99", "close": "100.5"}
    assert (await trader.see(a_price_bar(trader, 0, **noisy)))["applied"] == 1
    assert (await trader.see(a_price_bar(trader, 0, **plain)))["duplicate"] == 1
    assert (await trader.quote(OPENING + 2 * DAY, "100.49999999999999"))["applied"] == 1
    assert (await trader.quote(OPENING + 2 * DAY, "100.5"))["duplicate"] == 1


async def test_a_volume_goes_up_to_ten_to_the_eighteenth(trader: Trader) -> None:
    answer = await trader.see(
        a_price_bar(trader, 0, volume="11456230400"),
        a_price_bar(trader, 1, volume="1E+18"),
        a_price_bar(trader, 2, volume="-1"),
        a_price_bar(trader, 3, volume="1203.123456789012"),
        a_price_bar(trader, 4, volume=10**18),
    )
    rejected = {
        "index": 2,
        "outcome": "INVALID",
        "code": "INVALID_INPUT",
        "message": "volume must be at least 0, not -1",
    }
    assert figures(answer, "applied", "rejected") == [4, [rejected]]
    code, message = await trader.client.malformed("ingestBars", bars=[a_price_bar(trader, 5, volume=10**18 + 1)])
    assert (code, "must be at most 1000000000000000000 in magnitude" in message) == ("BAD_USER_INPUT", True)


async def test_the_largest_volume_is_kept_exactly_and_has_almost_no_slippage(database_url: str) -> None:
    async with desk_on(database_url) as client:
        volumes = await newcomer(client, slippage={"volumeShare": {}}, commission={"perOrder": "0"})
        thousand = a_price_bar(volumes, 0, volume="1000", close="100")
        await volumes.see(thousand, a_price_bar(volumes, 1, volume="999999999999999999.99999999", close="100"))
        assert (await volumes.see(a_price_bar(volumes, 1, volume="1e18", close="100")))["conflict"] == 1
        position = await volumes.a_long(marketPrice=None, timestamp=instant(OPENING + 2 * DAY), quantity="100")
        assert position["entryPrice"] == "100"
        await volumes.see(a_price_bar(volumes, 2, volume="1e18", close="100"))
        assert (await volumes.see(a_price_bar(volumes, 2, volume="1000000000000000000.0", close="100")))[
            "duplicate"
        ] == 1
    assert "no differences" in await verified(database_url)
