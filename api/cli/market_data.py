"""Sends market data to a running server, or takes it back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from api.cli.running import say
from api.codec.field_names import api_message
from api.errors import BadArgument
from api.feeds.client import DeskClient, refuse_errors
from api.feeds.pace import parse_speed
from api.feeds.replay import replay as replay_file
from api.files.bar_file import BarFile
from api.files.intervals import Interval, parse_timezone
from api.settings import ServerSettings
from domain.notation import read_time
from domain.validation import Invalid

_RETRACT = """
mutation RetractMarketData($input: RetractMarketDataInput!) {
  retractMarketData(input: $input) { bars quotes errors { code message } }
}
"""
_RETRACTION_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay, and how."""

    file: Path
    symbol: str | None
    interval: str | None
    speed: str
    timezone: str | None
    strict: bool
    batch: int
    url: str


async def replay(settings: ServerSettings, wanted: Replay, console: Console) -> int:
    """Send a file's bars to a server. Raises BadArgument and FeedError."""
    interval = None if wanted.interval is None else Interval.parse(wanted.interval)
    timezone = None if wanted.timezone is None else parse_timezone(wanted.timezone)
    speed = parse_speed(wanted.speed)
    if not wanted.file.is_file():
        raise BadArgument(f"there is no file {wanted.file}")
    result = await replay_file(
        BarFile(wanted.file, interval, wanted.symbol, timezone),
        url=wanted.url,
        console=console,
        strict=wanted.strict,
        speed=speed,
        batch=wanted.batch,
        token=settings.secret,
    )
    return 0 if result.clean else 1


async def retract(settings: ServerSettings, symbol: str, since: str, url: str) -> int:
    """Take back a symbol's market data on a server, from a time on. Raises BadArgument and FeedError."""
    try:
        time = read_time("FROM", since)
    except Invalid as problem:
        raise BadArgument(api_message(problem.message)) from problem
    async with DeskClient(url, token=settings.secret, patience=_RETRACTION_SECONDS) as client:
        asked = {"input": {"symbol": symbol, "from": time.isoformat()}}
        payload = (await client.query(_RETRACT, asked))["retractMarketData"]
    refuse_errors(payload)
    say(_retracted(symbol, time, payload["bars"], payload["quotes"]))
    return 0


def _retracted(symbol: str, since: datetime, bars: int, quotes: int) -> str:
    if bars + quotes == 0:
        return f"Nothing of {symbol} counts from {since:%Y-%m-%dT%H:%M:%SZ} on: nothing was retracted."
    counts = f"{bars} bar{'' if bars == 1 else 's'} and {quotes} quote{'' if quotes == 1 else 's'}"
    return (
        f"Retracted {counts} of {symbol}, from {since:%Y-%m-%dT%H:%M:%SZ} on. What of it was right can be sent again."
    )
