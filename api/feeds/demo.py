"""The demo's market and its trader: recorded bars at a watchable pace, and a rule that trades them through the API."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from api.client import DeskClient, refuse_errors
from api.feeds.breakout import BreakoutSignal, breakout_signals
from api.feeds.pace import Pace
from api.files.bar_file import BarFile, checked
from api.files.intervals import Interval
from domain.market.bar import Bar

log = structlog.get_logger(__name__)

DATA = Path(__file__).parent / "data"
SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")
ACCOUNT = "default"
WARM_UP_BARS = 25 * len(SYMBOLS)
ENDED = "the demo data has ended; the server goes on serving; `papertape demo --fresh` starts again"

ACCOUNT_QUERY = "query DemoAccount($name: String!) { account(name: $name) { enabled } }"
ENABLE = "mutation DemoEnable($input: EnableInput!) { enable(input: $input) { errors { code message } } }"
QUOTES_QUERY = "query DemoQuotes($symbols: [String!]) { quotes(symbols: $symbols) { symbol time } }"


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A bar, and the signal that the rule gives at its end."""

    bar: Bar
    signal: BreakoutSignal | None


def demo_steps(folder: Path = DATA, symbols: Sequence[str] = SYMBOLS) -> list[DemoStep]:
    """The whole demo: the bars of all symbols, oldest first, by symbol within a day."""
    steps = [
        DemoStep(bar, signal)
        for symbol in symbols
        for bar, signal in breakout_signals(_bars(folder / f"{symbol}.csv.gz", symbol))
    ]
    return sorted(steps, key=lambda step: (step.bar.end, step.bar.symbol))


def _bars(path: Path, symbol: str) -> list[Bar]:
    with checked(BarFile(path, Interval.parse("1d"), symbol)) as bars:
        return [row.bar for row in bars.bars()]


@dataclass(frozen=True, slots=True)
class Demo:
    """A run through `steps` at `bars_per_second`, until they end.

    The first `warm_up` bars, of which the rule makes nothing yet, are sent at once.
    """

    client: DeskClient
    steps: Sequence[DemoStep]
    announce: Callable[[str], None]
    bars_per_second: float
    warm_up: int

    async def run(self) -> None:
        """Go on where the server's data ends, with the signals of its last bars in case they were not sent."""
        await self._play(await begin(self.client, self.steps, self.warm_up))
        self.announce(ENDED)

    async def _play(self, steps: Sequence[DemoStep]) -> None:
        """Take all the steps; bars that the server already had take no time."""
        pace = Pace(self.bars_per_second)
        for step in steps:
            if await self._take(step):
                await asyncio.sleep(pace.seconds_after(1))

    async def _take(self, step: DemoStep) -> bool:
        """Send a bar, then its signal; whether the bar was new."""
        answer = await self.client.ingest_bars([step.bar])
        for rejected in answer.rejected:
            log.info("bar rejected", symbol=step.bar.symbol, outcome=rejected.outcome, reason=rejected.message)
        if step.signal is not None and not answer.rejected:
            await self._send(step.signal)
        return answer.duplicate == 0

    async def _send(self, signal: BreakoutSignal) -> None:
        answer = await self.client.execute_signal({"account": ACCOUNT, **signal.as_input()})
        said = log.bind(account=ACCOUNT, signal=str(signal.id), symbol=signal.symbol, side=signal.side.value)
        for refusal in answer.refusals:
            said.info("signal refused", code=refusal.code, reason=refusal.message)
        if not answer.refusals:
            said.info("signal sent", status=answer.status, replayed=answer.replayed)


async def begin(client: DeskClient, steps: Sequence[DemoStep], warm_up: int) -> Sequence[DemoStep]:
    """Send the first prices where there are none, then enable an account, whose life so begins in their time.

    Returns the steps that are left.
    """
    held_until = await _held_until(client, sorted({step.bar.symbol for step in steps}))
    if held_until is None:
        await client.ingest_bars([step.bar for step in steps[:warm_up]])
    await _enable_new_account(client)
    if held_until is None:
        return steps[warm_up:]
    return [step for step in steps if step.bar.end >= held_until]


async def _held_until(client: DeskClient, symbols: Sequence[str]) -> datetime | None:
    """The time up to which the server has every symbol's bars; None if it has none of some symbol."""
    quotes = (await client.query(QUOTES_QUERY, {"symbols": symbols}))["quotes"]
    known: Mapping[str, datetime] = {quote["symbol"]: datetime.fromisoformat(quote["time"]) for quote in quotes}
    return min(known.values()) if len(known) == len(symbols) else None


async def _enable_new_account(client: DeskClient) -> None:
    """Enable the demo's account if there is none; one that its user disabled stays so."""
    data = await client.query(ACCOUNT_QUERY, {"name": ACCOUNT})
    if data["account"] is None:
        refuse_errors((await client.query(ENABLE, {"input": {"account": ACCOUNT}}))["enable"])
        log.info("account enabled", account=ACCOUNT)


async def run_demo(
    url: str,
    steps: Sequence[DemoStep],
    *,
    announce: Callable[[str], None],
    bars_per_second: float = 2,
    token: str | None = None,
) -> None:
    """Play the demo on the server at `url`, which may still be starting; DeskError if it is lost on the way."""
    async with DeskClient(url, token=token, starting=True) as client:
        await Demo(client, steps, announce, bars_per_second, WARM_UP_BARS).run()
