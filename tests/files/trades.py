"""Lists of trades as other tools write them, and how they are registered."""

import json
from pathlib import Path
from typing import Any

from api.files.trade_file import OtherTrades, TradeFile, read_trades
from api.files.trade_rows import content_of, trade_list
from tests.processes import Finished, Server, papertape

OLD_TRADING_VIEW = """\
Trade #,Type,Signal,Date/Time,Price USD,Contracts,Profit USD,Profit %,Cum. Profit USD
1,Entry long,Buy,2024-01-02 14:30,100.10,10,,,
1,Exit long,Sell,2024-01-03 15:00,101.35,10,12.50,1.25,12.50
2,Entry short,Sell,2024-01-04 14:30,102,5,,,
2,Exit short,Buy,2024-01-05 15:00,103,5,\u22125,-0.98,7.50
"""
NEW_TRADING_VIEW = """\
\ufeffTrade #,Type,Date/Time,Signal,Price USD,Position size (qty),Position size (value),Net P&L USD,Net P&L %
2,Exit short,2024-01-05 15:00,Buy,103,5,510,-5,-0.98
2,Entry short,2024-01-04 14:30,Sell,102,5,510,-5,-0.98
1,Exit long,2024-01-03 15:00,Sell,101.35,10,1001,12.50,1.25
1,Entry long,2024-01-02 14:30,Buy,100.10,10,1001,12.50,1.25
3,Exit long,2024-01-06 15:00,Open,103,5,510,1,0.2
3,Entry long,2024-01-06 14:30,Buy,102,5,510,1,0.2
"""
BACKTESTING_PY = """\
,Size,EntryBar,ExitBar,EntryPrice,ExitPrice,SL,TP,PnL,ReturnPct,EntryTime,ExitTime,Duration
0,10,3,9,100.10,101.35,,,12.5,0.0125,2024-01-02,2024-01-03,1 days
1,-5,12,20,102.0,103.0,,,-5.0,-0.0098,2024-01-04,2024-01-05,1 days
"""
VECTORBT = """\
Trade Id,Column,Size,Entry Timestamp,Avg Entry Price,Entry Fees,Exit Timestamp,Avg Exit Price,Exit Fees,PnL,Return,\
Direction,Status,Position Id
0,AAPL,10.0,2024-01-02 14:30:00+00:00,100.1,0.1,2024-01-03 15:00:00+00:00,101.35,0.2,12.2,0.012,Long,Closed,0
1,AAPL,5.0,2024-01-04 14:30:00+00:00,102.0,0,2024-01-05 15:00:00+00:00,103.0,0,-5.0,-0.0098,Short,Closed,1
2,AAPL,5.0,2024-01-06 14:30:00+00:00,102.0,0,2024-01-08 15:00:00+00:00,103.0,0,5.0,0.0098,Long,Open,2
"""


def a_freqtrade_trade(**changes: object) -> dict[str, object]:
    return {
        "pair": "BTC/USDT",
        "amount": 0.12345678,
        "open_date": "2024-01-02 14:30:00+00:00",
        "open_rate": 42000.5,
        "close_date": "2024-01-03 15:00:00+00:00",
        "close_rate": 43000.25,
        "profit_abs": 112.92345678,
        "fee_open": 0.001,
        "fee_close": 0.001,
        "is_short": False,
        "is_open": False,
    } | changes


def a_freqtrade_result(*names: str, **changes: object) -> str:
    result = {"stake_currency": "USDT", "trades": [a_freqtrade_trade(**changes)]}
    return json.dumps({"strategy": dict.fromkeys(names, result)})


US = ("--symbol", "AAPL", "--timezone", "America/New_York")


def registered(server: Server, folder: Path, name: str, content: str, *options: str) -> Finished:
    (folder / name).write_text(content, encoding="utf-8")
    return papertape("register", name, "--url", f"http://127.0.0.1:{server.port}", *options, folder=folder)


def kept(server: Server) -> list[dict[str, Any]]:
    document = "{ backtests(first: 100) { nodes { id name source winRate profitFactor tradeCount } } }"
    nodes: list[dict[str, Any]] = server.query(document)["backtests"]["nodes"]
    return nodes


def trades_of(file: TradeFile) -> OtherTrades:
    """The trades of a file that holds a list of them."""
    listed = trade_list(file.path, content_of(file.path), file.strategy)
    assert listed is not None
    return read_trades(file, listed)
