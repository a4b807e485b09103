"""The tools that there are, in the order in which agents are shown them."""

from collections.abc import Mapping
from typing import Any

from api.agents.tool import Tool
from api.agents.tools.accounts import ACCOUNT, ACCOUNTS
from api.agents.tools.amendments import AMEND, PREVIEW_AMENDMENT
from api.agents.tools.closings import CANCEL, CLOSE, CLOSE_ALL
from api.agents.tools.journal import ACTIVITY
from api.agents.tools.market import BARS, QUOTES
from api.agents.tools.orders import EXECUTE, PREVIEW
from api.agents.tools.positions import POSITIONS
from api.agents.tools.reports import REPORT
from api.agents.tools.signals import SIGNALS
from api.agents.tools.stories import EXPLAIN_TRADE
from api.agents.tools.trades import TRADES

TOOLS: Mapping[str, Tool[Any, Any]] = {
    tool.name: tool
    for tool in (
        ACCOUNTS,
        ACCOUNT,
        POSITIONS,
        SIGNALS,
        TRADES,
        ACTIVITY,
        EXPLAIN_TRADE,
        REPORT,
        QUOTES,
        BARS,
        PREVIEW,
        PREVIEW_AMENDMENT,
        EXECUTE,
        AMEND,
        CLOSE,
        CLOSE_ALL,
        CANCEL,
    )
}
