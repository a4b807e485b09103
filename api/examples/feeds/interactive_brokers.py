"""Five-second bars of Interactive Brokers, by ib_async and a running TWS or gateway.

pip install ib_async && python interactive_brokers.py | papertape feed json
"""

import json
from datetime import timedelta
from typing import Any

from ib_async import IB, Stock

FIGURES = {"open": "open_", "high": "high", "low": "low", "close": "close", "volume": "volume"}


def show(bars: Any, _has_new_bar: bool) -> None:
    """Print the newest bar."""
    bar = bars[-1]
    times = {"start": bar.time.isoformat(), "end": (bar.time + timedelta(seconds=5)).isoformat()}
    figures = {name: str(getattr(bar, attribute)) for name, attribute in FIGURES.items()}
    print(json.dumps({"symbol": bars.contract.symbol, **times, **figures}), flush=True)  # noqa: T201


gateway = IB()
gateway.connect("127.0.0.1", 7497, clientId=7)
gateway.reqRealTimeBars(Stock("AAPL", "SMART", "USD"), 5, "TRADES", useRTH=False).updateEvent += show
gateway.run()
