"""Tells a desk how a feed stands that runs beside it, so that the desk can show it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import NAMESPACE_OID, uuid4, uuid5

import structlog

from api.application.feed_states import REPORT_SECONDS, FeedState, FeedStatus
from api.client import DeskClient, DeskError, DeskUnreachable, bar_input, refuse_errors

_log = structlog.get_logger(__name__)

_REPORT = "mutation ReportFeed($input: ReportFeedInput!) { reportFeed(input: $input) { errors { code message } } }"
_LAST_WORD_SECONDS = 2
_LONGEST_TEXT = 1_000


@asynccontextmanager
async def reported(
    state: FeedState, identity: str, client: DeskClient, on_change: Callable[[FeedState], None]
) -> AsyncIterator[None]:
    """Report a feed whenever its status changes, and every few seconds, for as long as the context lasts.

    `identity` tells it from others of its symbols; `on_change` is called once a new status has been reported.
    """
    changed = asyncio.Event()
    state.on_change = lambda _: changed.set()
    reports = _Reports(state, identity, client)
    reporting = asyncio.create_task(_keep_reporting(reports, changed, on_change))
    try:
        yield
    finally:
        reporting.cancel()
        [end] = await asyncio.gather(reporting, return_exceptions=True)
        if isinstance(end, Exception):
            raise end
        if state.status is not FeedStatus.FAILED:
            state.become(FeedStatus.ENDED)
        with suppress(TimeoutError, DeskError):
            async with asyncio.timeout(_LAST_WORD_SECONDS):
                await reports.send()


class _Reports:
    """What is sent of a feed: by an id that the feed has again after a restart, if it has symbols."""

    def __init__(self, state: FeedState, identity: str, client: DeskClient) -> None:
        self.state = state
        self._client = client
        self._id = uuid5(NAMESPACE_OID, " ".join((identity, *state.symbols))) if state.symbols else uuid4()

    async def send(self) -> None:
        """Report. Raises DeskError."""
        sent = {"id": str(self._id), **_input(self.state)}
        refuse_errors((await self._client.query(_REPORT, {"input": sent}))["reportFeed"])

    async def could_send(self) -> bool:
        """Report; False if the desk does not know how to be told."""
        try:
            await self.send()
        except DeskUnreachable:
            return True  # which the feed itself finds out, and says
        except DeskError as problem:
            _log.warning("the desk does not show this feed", feed=self.state.name, reason=str(problem))
            return False
        return True


async def _keep_reporting(reports: _Reports, changed: asyncio.Event, on_change: Callable[[FeedState], None]) -> None:
    is_wanted, told = True, None
    while True:
        changed.clear()
        status = reports.state.status
        is_wanted = is_wanted and await reports.could_send()
        if status is not told:
            on_change(reports.state)
            told = status
        with suppress(TimeoutError):
            async with asyncio.timeout(REPORT_SECONDS):
                await changed.wait()


def _input(state: FeedState) -> dict[str, object]:
    symbols = dict.fromkeys([*state.symbols, *state.last_bars])
    last = {symbol: end.isoformat() for symbol, end in state.last_bars.items()}
    return {
        "name": state.name,
        "status": state.status.value,
        "since": state.since.isoformat(),
        "opens": state.opens and state.opens.isoformat(),
        "problem": state.problem and state.problem[:_LONGEST_TEXT],
        "symbols": [{"symbol": symbol, "lastBar": last.get(symbol)} for symbol in symbols],
        "connections": state.connections,
        "bars": state.bars,
        "quotes": state.quotes,
        "rejected": state.rejected,
        "refusal": state.refusal and state.refusal[:_LONGEST_TEXT],
        "corrected": state.corrected,
        "corrections": [bar_input(bar) for bar in state.corrections],
        "gapCount": state.gap_count,
        "gaps": [
            {"symbol": gap.symbol, "since": gap.since.isoformat(), "until": gap.until.isoformat()} for gap in state.gaps
        ],
    }
