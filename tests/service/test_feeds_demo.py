"""The demo on a desk: what it sends, in what order, and how it goes on after a stop at any moment."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from structlog.testing import capture_logs

from api.client import DeskClient, DeskError
from api.feeds.breakout import BreakoutSignal
from api.feeds.demo import ENDED, Demo, DemoStep, demo_steps, run_demo
from domain.market.bar import Bar
from domain.orders.side import Side
from tests.service.feed_desk import FeedDesk, LossyTransport, served

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
QUICK = 1_000_000.0
WARM_UP = 4


def a_step(day: int, symbol: str) -> DemoStep:
    start, end = FIRST + timedelta(days=day), FIRST + timedelta(days=day + 1)
    ten = Decimal(10)
    signal = BreakoutSignal(
        symbol,
        Side.LONG,
        end,
        Decimal(9),
        Decimal(11),
        Decimal(13),
        Decimal("0.5"),
        end,
        Decimal(1),
        Decimal(1),
        Decimal(3),
    )
    return DemoStep(Bar(symbol, start, end, ten, ten, ten, ten), signal if day >= 2 else None)


STEPS = [a_step(day, symbol) for day in range(5) for symbol in ("AAPL", "IBM")]
IN_FULL = [
    "AAPL 2024-01-02",
    "IBM 2024-01-02",
    "AAPL 2024-01-03",
    "IBM 2024-01-03",
    "AAPL 2024-01-04",
    "AAPL 2024-01-04 LONG",
    "IBM 2024-01-04",
    "IBM 2024-01-04 LONG",
    "AAPL 2024-01-05",
    "AAPL 2024-01-05 LONG",
    "IBM 2024-01-05",
    "IBM 2024-01-05 LONG",
    "AAPL 2024-01-06",
    "AAPL 2024-01-06 LONG",
    "IBM 2024-01-06",
    "IBM 2024-01-06 LONG",
]


async def play(
    desk: FeedDesk,
    *,
    steps: Sequence[DemoStep] = STEPS,
    transport: httpx.AsyncBaseTransport | None = None,
    announce: Callable[[str], None] | None = None,
) -> list[str]:
    """Run the demo to its end; what it announced."""
    announced: list[str] = []
    async with DeskClient("http://desk.test", transport=transport or desk.transport(), pauses=()) as client:
        await Demo(client, steps, announce or announced.append, QUICK, WARM_UP).run()
    return announced


async def test_the_demo_sends_its_warm_up_at_once_then_bar_by_bar_with_the_signals_between() -> None:
    desk = FeedDesk()
    assert await play(desk) == [ENDED]
    assert desk.sent == IN_FULL
    assert [len(batch) for batch in desk.batches] == [4, 1, 1, 1, 1, 1, 1]
    assert desk.enabled is True


async def test_a_disabled_account_stays_disabled_while_the_bars_go_on() -> None:
    desk = FeedDesk(enabled=False, refusal="ACCOUNT_DISABLED")
    with capture_logs() as logs:
        assert await play(desk) == [ENDED]
    assert desk.enabled is False
    assert len(desk.bars) == 10
    assert [(entry["event"], entry["log_level"], entry["code"]) for entry in logs if "code" in entry] == [
        ("signal refused", "info", "ACCOUNT_DISABLED")
    ] * 6


async def test_after_its_end_the_demo_sends_nothing_new_and_announces_its_end_again() -> None:
    desk = FeedDesk()
    await play(desk)
    assert await play(desk) == [ENDED]
    assert desk.sent == IN_FULL


@pytest.mark.parametrize("last", range(1, 17))
@pytest.mark.parametrize("kept", [True, False])
async def test_cut_off_at_any_request_it_goes_on_with_the_same_in_the_same_order(last: int, kept: bool) -> None:
    desk = FeedDesk()
    unanswered, refused = ({last}, range(last + 1, 99)) if kept else ((), range(last, 99))
    lossy = LossyTransport(desk.transport(), unanswered=unanswered, refused=refused)
    with pytest.raises(DeskError):
        await play(desk, transport=lossy)
    assert desk.sent == IN_FULL[: len(desk.sent)]
    assert await play(desk) == [ENDED]
    assert desk.sent == IN_FULL


async def test_a_later_price_that_a_user_sent_skips_no_bar() -> None:
    desk = FeedDesk()
    await play(desk, steps=STEPS[:6])
    desk.last["IBM"] = {"price": "10", "time": "2024-06-01T00:00:00+00:00"}
    assert await play(desk) == [ENDED]
    assert desk.sent == IN_FULL


async def test_bars_that_the_desk_rejects_give_no_signal() -> None:
    desk = FeedDesk()
    await play(desk, steps=[replace(step, signal=None) for step in STEPS[:6]])
    contrary = DemoStep(replace(STEPS[4].bar, high=Decimal(11)), STEPS[4].signal)
    with capture_logs() as logs:
        await play(desk, steps=[*STEPS[:4], contrary, *STEPS[5:6]])
    assert "AAPL 2024-01-04 LONG" not in desk.sent
    assert [(entry["event"], entry["symbol"], entry["outcome"]) for entry in logs if "outcome" in entry] == [
        ("bar rejected", "AAPL", "CONFLICT")
    ]


async def test_the_demo_of_the_package_starts_on_a_server_at_a_url() -> None:
    desk = FeedDesk()
    async with served(desk) as url:
        running = asyncio.create_task(run_demo(url, demo_steps(), announce=lambda _: None, bars_per_second=1_000))
        await desk.signalled.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [len(batch) for batch in desk.batches[:4]] == [100, 1, 1, 1]
    assert desk.sent[100:104] == ["AAPL 2005-04-07", "GOOG 2005-04-07", "IBM 2005-04-07", "IBM 2005-04-07 SHORT"]
