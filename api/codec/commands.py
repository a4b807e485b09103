"""Commands as they come in, whatever the door: their kinds, and the envelope that is journaled."""

from datetime import datetime
from enum import Enum

from domain.records import dataclass


class CommandKind(Enum):
    """What a command asks for, by the name of its mutation."""

    ENABLE = "enable"
    DISABLE = "disable"
    RESET = "reset"
    UPDATE_SETTINGS = "updateSettings"
    RESUME = "resume"
    EXECUTE_SIGNAL = "executeSignal"
    CANCEL_SIGNAL = "cancelSignal"
    CLOSE_POSITION = "closePosition"
    CLOSE_ALL = "closeAll"
    AMEND_SIGNAL = "amendSignal"
    AMEND_POSITION = "amendPosition"
    REVERSE_POSITION = "reversePosition"
    INGEST_BARS = "ingestBars"
    INGEST_QUOTES = "ingestQuotes"
    RETRACT_MARKET_DATA = "retractMarketData"
    RECORD_BACKTEST = "recordBacktest"


MARKET_DATA_LISTS = {CommandKind.INGEST_BARS: "bars", CommandKind.INGEST_QUOTES: "quotes"}
"""The commands that bring market data, each with the field of its input that lists it."""


@dataclass(frozen=True, slots=True)
class CommandEnvelope:
    """A command as it came: `sent` is its input as JSON; `account` is None for commands to the whole desk."""

    account: str | None
    kind: CommandKind
    sent: str
    recorded_at: datetime
