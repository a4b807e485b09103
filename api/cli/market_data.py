"""Sends market data to a running server, or takes it back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from api.cli.bar_files import BarFileArguments
from api.cli.running import say
from api.client import DeskClient, refuse_errors
from api.codec.field_names import api_message
from api.errors import BadArgument
from api.feeds.pace import parse_speed
from api.feeds.replay import replay as replay_file
from api.settings import ServerSettings
from api.wording import counted
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
    said: BarFileArguments
    speed: str
    strict: bool
    batch: int
    url: str


async def replay(settings: ServerSettings, wanted: Replay, console: Console) -> int:
    """Send a file's bars to a server. Raises BadArgument and DeskError."""
    file = wanted.said.bar_file(wanted.file)
    speed = parse_speed(wanted.speed)
    if not wanted.file.is_file():
        raise BadArgument(f"there is no file {wanted.file}")
    result = await replay_file(
        file,
        url=wanted.url,
        console=console,
        strict=wanted.strict,
        speed=speed,
        batch=wanted.batch,
        token=settings.secret,
    )
    return 0 if result.clean else 1


async def retract(settings: ServerSettings, symbol: str, since: str, url: str) -> int:
    """Take back a symbol's market data on a server, from a time on. Raises BadArgument and DeskError."""
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
    counts = f"{counted(bars, 'bar')} and {counted(quotes, 'quote')}"
    return (
        f"Retracted {counts} of {symbol}, from {since:%Y-%m-%dT%H:%M:%SZ} on. What of it was right can be sent again."
    )
