"""The tables, by subject. Every row of history carries the desk-wide ordinal of its place in the one order of things.

`ordinal` on a row of state is that of its last change, so that another process can read what is new. Conditions are
literal, so that both databases see that a query with them may use the partial indexes.
"""

from api.persistence.tables.account import (
    accounts,
    session_zones,
    sessions,
    sessions_with_zones,
    signalled,
    watermarks,
)
from api.persistence.tables.curve import equity_days, equity_hours
from api.persistence.tables.history import INITIAL_HASH, IS_OF_ACCOUNT, backtests, chain, commands, desk, journal
from api.persistence.tables.hooks import IS_PENDING, hook_deliveries, hooks
from api.persistence.tables.market import (
    IS_NOT_RETRACTED,
    IS_RETRACTED,
    bars,
    market_days,
    markets,
    quotes,
    retractions,
)
from api.persistence.tables.notifications import notices, notification_targets
from api.persistence.tables.trading import (
    IS_HELD,
    IS_LIVE,
    IS_WORKING,
    amendments,
    fills,
    positions,
    signals,
    trade_stats,
    trades,
)

__all__ = [
    "INITIAL_HASH",
    "IS_HELD",
    "IS_LIVE",
    "IS_NOT_RETRACTED",
    "IS_OF_ACCOUNT",
    "IS_PENDING",
    "IS_RETRACTED",
    "IS_WORKING",
    "accounts",
    "amendments",
    "backtests",
    "bars",
    "chain",
    "commands",
    "desk",
    "equity_days",
    "equity_hours",
    "fills",
    "hook_deliveries",
    "hooks",
    "journal",
    "market_days",
    "markets",
    "notices",
    "notification_targets",
    "positions",
    "quotes",
    "retractions",
    "session_zones",
    "sessions",
    "sessions_with_zones",
    "signalled",
    "signals",
    "trade_stats",
    "trades",
    "watermarks",
]
