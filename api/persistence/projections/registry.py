"""Every read model there is."""

from collections.abc import Sequence

from api.persistence.projections.accounts import ACCOUNTS
from api.persistence.projections.amendments import AMENDMENTS
from api.persistence.projections.equity_days import EQUITY_DAYS
from api.persistence.projections.equity_hours import EQUITY_HOURS
from api.persistence.projections.fills import FILLS
from api.persistence.projections.market_days import MARKET_DAYS
from api.persistence.projections.markets import MARKETS
from api.persistence.projections.positions import POSITIONS
from api.persistence.projections.projection import Projection
from api.persistence.projections.sessions import SESSION_ZONES, SESSIONS
from api.persistence.projections.signals import SIGNALLED, SIGNALS
from api.persistence.projections.summary import Summary
from api.persistence.projections.trade_stats import TRADE_STATS
from api.persistence.projections.trades import TRADES
from api.persistence.projections.watermarks import WATERMARKS

PROJECTIONS: Sequence[Projection] = (
    ACCOUNTS,
    SESSIONS,
    SESSION_ZONES,
    WATERMARKS,
    EQUITY_DAYS,
    EQUITY_HOURS,
    SIGNALS,
    SIGNALLED,
    POSITIONS,
    FILLS,
    AMENDMENTS,
    TRADES,
    TRADE_STATS.projection,
    MARKETS,
    MARKET_DAYS,
)
"""In the order in which `verify` compares them."""

SUMMARIES: Sequence[Summary] = (TRADE_STATS,)
