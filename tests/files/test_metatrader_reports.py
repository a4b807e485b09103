"""MetaTrader's reports, as a table or a page, become trades: net of commission and swap, in the broker's zone."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.files.text_file import BadFile
from api.files.trade_file import OtherTrades, TradeFile
from tests.files.reading import written
from tests.files.trades import trades_of

ATHENS = ZoneInfo("Europe/Athens")
POSITIONS = """\
Trade History Report,,,,,,,,,,,,,
Account:,,,"526 (USD, Broker-Demo, demo, Hedge)",,,,,,,,,,
Positions,,,,,,,,,,,,,
Time,Position,Symbol,Type,Volume,Price,S / L,T / P,Time,Price,Commission,Swap,Profit,
2031.03.03 09:30:00,1,XYZm,buy,0.01,4 182.78,,,2031.03.03 16:50:12,4 186.14,- 0.08,0.02, 3.36,
2031.03.04 09:30:00,2,XYZm,sell,1,4 182.78,4 200.00,,2031.03.04 16:50:12,4 186.14,- 0.08,0.00,- 1 003.36,
,,,,,,,,,,- 0.16,0.02,- 1 000.00,
Orders,,,,,,,,,,,,,
Open Time,Order,Symbol,Type,Volume,Price,S / L,T / P,Time,State,,Comment,,
2031.03.03 09:30:00,111,XYZm,sell,0.04 / 0.04,market,,,2031.03.03 09:30:00,filled,,x,,
"""
DEALS = """\
Time,Deal,Symbol,Type,Direction,Volume,Price,Order,Commission,Fee,Swap,Profit,Balance,Comment
2031.03.03 08:00:00,1,,balance,,,,,0.00,0.00,0.00,10 000.00,10 000.00,
2031.03.03 09:00:00,2,XYZ,buy,in,2,100.00,2,-2.00,0.00,0.00,0.00,9 998.00,
2031.03.03 10:00:00,3,XYZ,sell,out,1,110.00,3,-1.00,0.00,0.00,20.00,10 017.00,
2031.03.03 11:00:00,4,XYZ,sell,in/out,3,90.00,4,-3.00,-0.03,0.00,-20.00,9 993.97,
2031.03.03 12:00:00,5,XYZ,buy,out,2,80.00,5,-2.00,0.00,-0.50,40.00,10 031.47,
2031.03.03 13:00:00,6,ABC,buy,in,1,5.00,6,0.00,0.00,0.00,0.00,10 031.47,
"""
PAGE_5 = """<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html><body><table>
<tr align="left"><th colspan="3">Account:</th><th colspan="10"><b>526&nbsp;(USD, Broker, real, Hedge)</b></th></tr>
<tr align="center"><th colspan="14"><div><b>Positions</b></div></th></tr>
<tr><td><b>Time</b></td><td><b>Position</b></td><td><b>Symbol</b></td><td><b>Type</b></td><td><b>Volume</b></td>
<td><b>Price</b></td><td><b>S / L</b></td><td><b>T / P</b></td><td><b>Time</b></td><td><b>Price</b></td>
<td><b>Commission</b></td><td><b>Swap</b></td><td colspan="2"><b>Profit</b></td></tr>
<tr><td>2031.03.03 09:30:00</td><td>1</td><td>XYZm</td><td>buy</td><td class="hidden" colspan="8">a note</td>
<td>0.01</td><td>4 182.78</td><td></td><td></td><td>2031.03.03 16:50:12</td><td>4 186.14</td><td>-0.08</td><td>0.02</td>
<td colspan="2">3.36</td></tr>
<tr><td style="height: 10px"></td></tr>
<tr align="center"><th colspan="14"><div><b>Orders</b></div></th></tr>
</table></body></html>
"""
PAGE_4 = """<html><body><table>
<tr align=left><td colspan=2><b>Account: 526</b></td><td colspan=2><b>Currency: USD</b></td></tr>
<tr align=left><td colspan=13><b>Closed Transactions:</b></td></tr>
<tr align=center><td>Ticket</td><td>Open Time</td><td>Type</td><td>Size</td><td>Item</td><td>Price</td><td>S / L</td>
<td>T / P</td><td>Close Time</td><td>Price</td><td>Commission</td><td>Taxes</td><td>Swap</td><td>Profit</td></tr>
<tr align=right><td>1</td><td>2031.03.03 00:00:00</td><td>balance</td><td colspan=10>Deposit</td><td>10 000.00</td></tr>
<tr align=right><td>2</td><td>2031.03.03 09:30:00</td><td>buy</td><td>0.01</td><td>xyzm</td><td>4182.78</td><td>0</td>
<td>0</td><td>2031.03.03 16:50:12</td><td>4186.14</td><td>-0.08</td><td>0.00</td><td>0.02</td><td>3.36</td></tr>
<tr align=right><td>3</td><td>2031.03.03 10:00:00</td><td>buy limit</td><td>0.50</td><td>xyzm</td><td>2000.10</td>
<td>0</td><td>0</td><td>2031.03.03 12:00:00</td><td>2079.10</td><td colspan=4>cancelled</td></tr>
<tr align=right><td colspan=10>&nbsp;</td><td>-0.08</td><td>0.00</td><td>0.02</td><td>3.36</td></tr>
<tr align=right><td colspan=12><b>Closed P/L:</b></td><td colspan=2>3.30</td></tr>
</table></body></html>
"""
TEST_4 = """<html><table>
<tr align=right><td>#</td><td>Time</td><td>Type</td><td>Order</td><td>Size</td><td>Price</td><td>S / L</td>
<td>T / P</td><td>Profit</td><td>Balance</td></tr>
<tr><td>1</td><td>2031.03.03 09:30</td><td>buy</td><td>1</td><td>0.01</td><td>4182.78</td><td>0</td><td>0</td>
<td colspan=2></td></tr>
<tr><td>2</td><td>2031.03.03 10:00</td><td>modify</td><td>1</td><td>0.01</td><td>4182.78</td><td>1</td><td>0</td>
<td colspan=2></td></tr>
<tr><td>3</td><td>2031.03.03 16:50</td><td>t/p</td><td>1</td><td>0.01</td><td>4186.14</td><td>0</td><td>0</td>
<td>3.30</td><td>10003.30</td></tr>
</table></html>
"""
FIRST = {
    "symbol": "XYZM",
    "side": "LONG",
    "quantity": "0.01",
    "entryPrice": "4182.78",
    "exitPrice": "4186.14",
    "realizedPnl": "3.3",
    "commission": "0.06",
    "entryTime": "2031-03-03T09:30:00+02:00",
    "exitTime": "2031-03-03T16:50:12+02:00",
}


def of(path: Path, symbol: str | None = None) -> OtherTrades:
    return trades_of(TradeFile(path, symbol, ATHENS))


def test_the_positions_of_a_report_are_read_up_to_their_sums(tmp_path: Path) -> None:
    read = of(written(tmp_path, POSITIONS))
    assert (read.written_by, read.currency, read.open_count, read.other_count) == ("MetaTrader 5", "USD", 0, 0)
    assert read.trades[0] == FIRST
    assert [trade["realizedPnl"] for trade in read.trades] == ["3.3", "-1003.44"]
    assert [trade["side"] for trade in read.trades] == ["LONG", "SHORT"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_of_metatrader_5_is_read_without_its_hidden_cells(tmp_path: Path, encoding: str) -> None:
    assert of(written(tmp_path, PAGE_5, "report.html", encoding)).trades == [FIRST]


def test_a_statement_of_metatrader_4_is_read_without_deposits_and_orders(tmp_path: Path) -> None:
    read = of(written(tmp_path, PAGE_4, "statement.htm"))
    assert (read.written_by, read.currency, read.other_count, read.trades) == ("MetaTrader 4", "USD", 2, [FIRST])


def test_a_test_of_metatrader_4_is_read_by_its_orders(tmp_path: Path) -> None:
    read = of(written(tmp_path, TEST_4, "StrategyTester.htm"), "XYZM")
    in_minutes = {"exitTime": "2031-03-03T16:50:00+02:00", "commission": "0"}
    assert (read.trades, read.other_count) == ([FIRST | in_minutes], 1)


def test_deals_are_trades_from_flat_to_flat_and_one_that_turns_is_shared(tmp_path: Path) -> None:
    read = of(written(tmp_path, DEALS))
    assert (read.open_count, read.other_count, read.currency) == (1, 1, None)
    assert read.trades == [
        {
            "symbol": "XYZ",
            "side": "LONG",
            "quantity": "2",
            "entryPrice": "100",
            "exitPrice": "100",
            "realizedPnl": "-4.01",
            "commission": "4.01",
            "entryTime": "2031-03-03T09:00:00+02:00",
            "exitTime": "2031-03-03T11:00:00+02:00",
        },
        {
            "symbol": "XYZ",
            "side": "SHORT",
            "quantity": "2",
            "entryPrice": "90",
            "exitPrice": "80",
            "realizedPnl": "35.48",
            "commission": "4.52",
            "entryTime": "2031-03-03T11:00:00+02:00",
            "exitTime": "2031-03-03T12:00:00+02:00",
        },
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            POSITIONS.replace("(USD,", "(EUR,"),
            ": MetaTrader 5: its amounts are in EUR, and a desk's are in USD: let MetaTrader 5 reckon in USD",
        ),
        (
            POSITIONS.replace("2031.03.04 09:30:00", "2031.13.04 09:30:00"),
            " line 6: entry_time: there is no such date and time: '2031-13-04T09:30:00'",
        ),
        (
            POSITIONS.replace("- 0.08,0.00", "- O.08,0.00"),
            ' line 6: commission must be a number such as "1.5" or "3.2E-5", not \'-O.08\'',
        ),
        (POSITIONS.replace("sell,1,", "sale,1,"), " line 6: side must be long or short, not 'sale'"),
        (POSITIONS.partition("4 186.14,- 0.08,0.00")[0], " line 6: 10 cells below a header of 14"),
        (DEALS.replace("sell,out,1,", "sell,out,3,"), " line 4: it closes 3 of XYZ, of which 2 is open above it"),
        (DEALS.replace(",out,1,", ",on,1,"), " line 4: direction must be in, out or in/out, not 'on'"),
        (DEALS.replace("buy,in,2", "bye,in,2"), " line 3: type must be buy or sell, not 'bye'"),
        (DEALS.partition("2031.03.03 10:00")[0], ": MetaTrader 5: it holds no closed trade"),
        (PAGE_4.replace(">3.36<", "><"), ' line 8: realized_pnl must be a number such as "1.5" or "3.2E-5", not \'\''),
    ],
)
def test_what_is_wrong_in_a_report_is_named_by_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadFile) as caught:
        of(written(tmp_path, text, "report"))
    assert str(caught.value) == f"report{complaint}"
