"""Alerts that come in another order than they were sent in: what a newer one did stays done."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api.desk import instant
from tests.hooks.senders import NOW, HookedDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = {"action": "buy", "market_position": "long"}
SHORT = {"action": "sell", "market_position": "short"}
FLAT = {"action": "sell", "market_position": "flat"}
PART = {"action": "sell", "market_position": "long"}


def alert(desk: HookedDesk, second: int, fields: dict[str, str], **others: Any) -> str:
    time = instant(NOW + timedelta(seconds=second))
    return json.dumps({"ticker": desk.symbol, "price": "100", "timenow": time, "quantity": 1, **fields, **others})


@pytest.mark.parametrize(
    ("newer", "older", "left"),
    [
        (FLAT, LONG, [("LONG", "CLOSED")]),
        (SHORT, LONG, [("LONG", "CLOSED"), ("SHORT", "OPEN")]),
        (LONG, FLAT, [("LONG", "OPEN"), ("LONG", "OPEN")]),
        (LONG, SHORT, [("LONG", "OPEN"), ("LONG", "OPEN")]),
        (LONG, PART, [("LONG", "OPEN"), ("LONG", "OPEN")]),
        (LONG, {"action": "amend", "stop": "90"}, [("LONG", "OPEN"), ("LONG", "OPEN")]),
    ],
    ids=["flat long", "short long", "long flat", "long short", "long part", "long amend"],
)
async def test_an_older_alert_does_not_undo_a_newer_one(
    desk: HookedDesk, newer: dict[str, str], older: dict[str, str], left: list[tuple[str, str]]
) -> None:
    desk.wall.pass_by(3)
    await desk.post(alert(desk, 0, LONG))
    assert (await desk.post(alert(desk, 2, newer))).body["status"] == "DONE"
    body = json.loads(alert(desk, 1, older))
    if older["action"] == "amend":
        del body["quantity"]
    late = await desk.post(json.dumps(body))
    own, newest = (instant(NOW + timedelta(seconds=second)) for second in (1, 2))
    message = (
        f"the alert is of {own}, and one of {newest} about {desk.symbol} was done before it came: it would undo that"
    )
    assert (late.status, late.body) == (422, {"status": "REFUSED", "message": message, "code": "LATE_SIGNAL"})
    assert (await desk.post(json.dumps(body))).body == late.body
    assert await desk.positions("side", "status") == left


async def test_a_second_entry_on_a_side_adds_to_the_first_in_whatever_order_they_come(desk: HookedDesk) -> None:
    desk.wall.pass_by(3)
    for second in (2, 1):
        assert (await desk.post(alert(desk, second, LONG))).body["status"] == "DONE"
    assert await desk.positions("side", "status") == [("LONG", "OPEN")] * 2
    await desk.post(alert(desk, 3, FLAT))
    assert (await desk.post(alert(desk, 2, LONG, comment="another"))).body["code"] == "LATE_SIGNAL"


async def test_an_alert_that_was_done_is_answered_so_again_after_newer_ones(desk: HookedDesk) -> None:
    desk.wall.pass_by(3)
    bought, sold = alert(desk, 1, LONG), alert(desk, 2, FLAT)
    assert [(await desk.post(body)).body["status"] for body in (bought, sold, bought, sold, bought)] == [
        *["DONE"] * 2,
        *["REPLAYED"] * 3,
    ]
    assert await desk.positions("status") == [("CLOSED",)]


async def test_alerts_of_the_same_time_are_done_as_they_come(desk: HookedDesk) -> None:
    for number, order in enumerate((LONG, FLAT, SHORT, LONG)):
        assert (await desk.post(alert(desk, 0, order, order_id=str(number)))).body["status"] == "DONE"
    assert await desk.positions("side", "status") == [("LONG", "CLOSED"), ("SHORT", "CLOSED"), ("LONG", "OPEN")]


async def test_what_was_refused_another_symbol_and_another_hook_make_no_alert_late(desk: HookedDesk) -> None:
    desk.wall.pass_by(3)
    assert (await desk.post(alert(desk, 2, FLAT))).body["code"] == "NOTHING_TO_CLOSE"
    assert (await desk.post(alert(desk, 2, SHORT, ticker="OTHER"))).body["status"] == "DONE"
    assert (await desk.post(alert(desk, 0, LONG))).body["status"] == "DONE"
    assert (await desk.post(alert(desk, 2, FLAT, comment="again"))).body["status"] == "DONE"
    await desk.make_hook()
    assert (await desk.post(alert(desk, 1, LONG))).body["status"] == "DONE"
