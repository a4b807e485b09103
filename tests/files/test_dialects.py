"""What programs write is recognised, and read to the digit."""

from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import pytest

from api.files.block_reader import BlockReader
from tests.files.reading import DAYS, HOURS, bars, read, written

MINUTES = (("2031-03-03T14:30Z", "2031-03-03T14:31Z"), ("2031-03-03T14:31Z", "2031-03-03T14:32Z"))
FIRST, SECOND = "20.5 21.75 20.01 21.4 1500", "21.4 22 21.1 21.15 980"
FIRST_UNKNOWN, SECOND_UNKNOWN = "20.5 21.75 20.01 21.4 None", "21.4 22 21.1 21.15 None"

METATRADER_5 = """<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>
2031.03.03\t09:00:00\t20.50\t21.75\t20.01\t21.40\t77\t0\t3
2031.03.03\t10:00:00\t21.40\t22.00\t21.10\t21.15\t70\t980\t3
"""
METATRADER_4 = "2031.03.03,09:00,20.50,21.75,20.01,21.40,77\n2031.03.03,10:00,21.40,22.00,21.10,21.15,70\n"
BINANCE = """1930294800000,20.50,21.75,20.01,21.40,1500.0,1930298399999,31000.5,12,700.0,14000.1,0
1930298400000,21.40,22.00,21.10,21.15,980.00,1930301999999,21000.5,11,400.0,9000.1,0
"""
BINANCE_HEADER = """open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,ignore
1930294800000000,20.5,21.75,20.01,21.4,1500,1930298399999999,1,1,1,0
1930298400000000,21.4,22,21.1,21.15,980,1930301999999999,1,1,1,0
"""
KRAKEN = "1930294800,20.5,21.75,20.01,21.4,1500,12\n1930298400,21.4,22,21.1,21.15,980,11\n"
CRYPTO_DATA_DOWNLOAD = """https://www.CryptoDataDownload.com
unix,date,symbol,open,high,low,close,Volume ABC,Volume USD
1930298400,2031-03-03 10:00:00,ABC/USD,21.4,22,21.1,21.15,980,20800.5
1930294800,2031-03-03 09:00:00,ABC/USD,20.5,21.75,20.01,21.4,1500,31000.5
"""
HISTDATA = "20310303 093000;20.5;21.75;20.01;21.4;0\n20310303 093100;21.4;22;21.1;21.15;0\n"
NINJATRADER = "20310303 093100;20.5;21.75;20.01;21.4;1500\n20310303 093200;21.4;22;21.1;21.15;980\n"
TRADESTATION = """"Date","Time","Open","High","Low","Close","Up","Down"
03/03/2031,09:31,20.5,21.75,20.01,21.4,900,600
03/03/2031,09:32,21.4,22,21.1,21.15,500,480
"""
TWS = """20310303 09:30:00 America/New_York,20.5,21.75,20.01,21.4,1500,20.9,12
20310303 09:31:00 America/New_York,21.4,22,21.1,21.15,980,21.3,11
"""
IB_ASYNC = """,date,open,high,low,close,volume,average,barCount
0,2031-03-13,20.5,21.75,20.01,21.4,1500.0,20.9,12
1,2031-03-14,21.4,22.0,21.1,21.15,980.0,21.3,11
"""
YAHOO = """Date,Open,High,Low,Close,Adj Close,Volume
2031-03-13,20.500000,21.750000,20.010000,21.400000,20.000001,1500
2031-03-14,21.400000,22.000000,21.100000,21.150000,20.000002,980
"""
YFINANCE = """Date,Open,High,Low,Close,Volume,Dividends,Stock Splits
2031-03-13 00:00:00+00:00,20.5,21.75,20.01,21.4,1500,0.0,0.0
2031-03-14 00:00:00+00:00,21.4,22.0,21.1,21.15,980,0.31,2.0
"""
YFINANCE_ADJUSTED = """Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits
2031-03-13,20.5,21.75,20.01,21.4,20.1,1500,0.0,0.0
2031-03-14,21.4,22.0,21.1,21.15,20.2,980,0.31,2.0
"""
TIINGO = """date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor
2031-03-13,21.4,21.75,20.01,20.5,1500,1,1,1,1,1,0.0,1.0
2031-03-14,21.15,22,21.1,21.4,980,1,1,1,1,1,0.0,1.0
"""
DUKASCOPY = """Gmt time,Open,High,Low,Close,Volume
03.03.2031 09:00:00.000,20.5,21.75,20.01,21.4,1500
03.03.2031 10:00:00.000,21.4,22,21.1,21.15,980
"""
DUKASCOPY_LOCAL = """Local time,Open,High,Low,Close,Volume
03.03.2031 10:00:00.000 GMT+0100,20.5,21.75,20.01,21.4,1500
03.03.2031 11:00:00.000 GMT+0100,21.4,22,21.1,21.15,980
"""
STOOQ = """<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>
XYZ,D,20310313,000000,20.5,21.75,20.01,21.4,1500,0
XYZ,D,20310314,000000,21.4,22,21.1,21.15,980,0
"""
STOOQ_HOURS = """<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>
XYZ,60,20310303,090000,20.5,21.75,20.01,21.4,1500,0
XYZ,60,20310303,100000,21.4,22,21.1,21.15,980,0
"""
ALPACA = """symbol,timestamp,open,high,low,close,volume,trade_count,vwap
XYZ,2031-03-03 09:00:00+00:00,20.5,21.75,20.01,21.4,1500.0,12.0,20.9
XYZ,2031-03-03 10:00:00+00:00,21.4,22.0,21.1,21.15,980.0,11.0,21.3
"""
POLYGON = """ticker,volume,open,close,high,low,window_start,transactions
XYZ,1500,20.5,21.4,21.75,20.01,1930294800000000000,12
XYZ,980,21.4,21.15,22,21.1,1930298400000000000,11
"""
DATABENTO = """ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol
2031-03-03T09:00:00.000000000Z,34,2,7,20.500000000,21.750000000,20.010000000,21.400000000,1500,XYZ
"""
DATABENTO_WHOLE = """ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol
1930294800000000000,34,2,7,20500000000,21750000000,20010000000,21400000000,1500,XYZ
"""
NASDAQ = """Date,Close/Last,Volume,Open,High,Low
03/14/2031,$21.15,980,$21.40,$22.00,$21.10
03/13/2031,$21.40,"1,500",$20.50,$21.75,$20.01
"""
INVESTING = """"Date","Price","Open","High","Low","Vol.","Change %"
"03/14/2031","21.15","21.40","22.00","21.10","0.98K","-1.17%"
"03/13/2031","21.40","20.50","21.75","20.01","1.5K","0.10%"
"""
LEAN_DAYS = "20310303 00:00,205000,217500,200100,214000,1500\n20310304 00:00,214000,220000,211000,211500,980\n"
LEAN_CRYPTO = "20310303 09:00,20.5,21.75,20.01,21.4,1500\n20310303 10:00,21.4,22.0,21.1,21.15,980.0\n"
TRADINGVIEW = "time,open,high,low,close,Volume,Volume MA\n1930294800,20.5,21.75,20.01,21.4,1500,NaN\n"

XYZ, UTC, NEW_YORK = {"symbol": "XYZ"}, {"timezone": "UTC"}, {"timezone": "America/New_York"}


@pytest.mark.parametrize(
    ("text", "options", "recognised", "expected"),
    [
        (
            METATRADER_5,
            XYZ | UTC,
            "MetaTrader 5, 1h, without TICKVOL, which counts ticks",
            bars(HOURS, FIRST_UNKNOWN, SECOND),
        ),
        (
            METATRADER_4,
            XYZ | UTC,
            "MetaTrader 4, 1h, without its volumes, which count ticks",
            bars(HOURS, FIRST_UNKNOWN, SECOND_UNKNOWN),
        ),
        (BINANCE, XYZ, "Binance klines, 1h, times in UTC", bars(HOURS, FIRST, SECOND)),
        (BINANCE_HEADER, XYZ, "Binance klines, 1h, times in UTC", bars(HOURS, FIRST, SECOND)),
        (KRAKEN, XYZ, "Kraken, 1h, times in UTC", bars(HOURS, FIRST, SECOND)),
        (
            CRYPTO_DATA_DOWNLOAD,
            {},
            "CryptoDataDownload, 1h, after https://www.CryptoDataDownload.com, times in UTC",
            bars(HOURS, FIRST, SECOND, symbol="ABC/USD"),
        ),
        (HISTDATA, XYZ, "HistData, 1m, times in Etc/GMT+5", bars(MINUTES, FIRST_UNKNOWN, SECOND_UNKNOWN)),
        (
            NINJATRADER,
            XYZ | NEW_YORK | {"stamped": "end"},
            "NinjaTrader, 1m, stamped at the end of each bar",
            bars(MINUTES, FIRST, SECOND),
        ),
        (
            TRADESTATION,
            XYZ | NEW_YORK,
            "TradeStation, 1m, stamped at the end of each bar",
            bars(MINUTES, FIRST, SECOND),
        ),
        (TWS, XYZ, "Interactive Brokers, 1m, times in America/New_York", bars(MINUTES, FIRST, SECOND)),
        (IB_ASYNC, XYZ, "Interactive Brokers, 1d", bars(DAYS, FIRST, SECOND)),
        (YAHOO, XYZ, "Yahoo, 1d, without Adj Close", bars(DAYS, FIRST, SECOND)),
        (YFINANCE, XYZ, "yfinance, 1d, without dividends and splits, which are no bars", bars(DAYS, FIRST, SECOND)),
        (
            YFINANCE_ADJUSTED,
            XYZ,
            "yfinance, 1d, without Adj Close, dividends and splits, which are no bars",
            bars(DAYS, FIRST, SECOND),
        ),
        (
            TIINGO,
            XYZ,
            "Tiingo, 1d, without adjusted figures, dividends and splits, which are no bars",
            bars(DAYS, FIRST, SECOND),
        ),
        (DUKASCOPY, XYZ, "Dukascopy, 1h, times in UTC", bars(HOURS, FIRST, SECOND)),
        (DUKASCOPY_LOCAL, XYZ, "Dukascopy, 1h", bars(HOURS, FIRST, SECOND)),
        (STOOQ, {}, "stooq, 1d", bars(DAYS, FIRST, SECOND)),
        (STOOQ_HOURS, UTC, "stooq, 1h", bars(HOURS, FIRST, SECOND)),
        (ALPACA, {}, "Alpaca, 1h", bars(HOURS, FIRST, SECOND)),
        (POLYGON, {}, "Polygon, 1h", bars(HOURS, FIRST, SECOND)),
        (DATABENTO, {}, "Databento, 1h", bars(HOURS[:1], FIRST)),
        (DATABENTO_WHOLE, {}, "Databento, 1h", bars(HOURS[:1], FIRST)),
        (NASDAQ, XYZ, "Nasdaq.com, 1d", bars(DAYS, FIRST, SECOND)),
        (INVESTING, XYZ, "Investing.com, 1d", bars(DAYS, FIRST, SECOND)),
        (
            LEAN_DAYS,
            XYZ | {"format": "lean-equity"},
            "LEAN, shares, 1d, times in America/New_York",
            bars(
                (("2031-03-03T05:00Z", "2031-03-04T05:00Z"), ("2031-03-04T05:00Z", "2031-03-05T05:00Z")), FIRST, SECOND
            ),
        ),
        (
            LEAN_CRYPTO,
            XYZ | {"format": "lean-crypto"},
            "LEAN, unscaled, 1h, times in UTC",
            bars(HOURS, FIRST, SECOND),
        ),
        (TRADINGVIEW, XYZ | {"interval": "1h"}, "TradingView, 1h", bars(HOURS[:1], FIRST)),
    ],
)
def test_a_program_is_recognised_and_its_bars_are_read(
    tmp_path: Path, text: str, options: dict[str, str], recognised: str, expected: list[str]
) -> None:
    path = written(tmp_path, text)
    file = read(path, **options)
    assert (file.recognised, file.bars, file.unusable) == (recognised, expected, [])
    with patch.object(BlockReader, "block", lambda *_: None):
        assert read(path, **options) == file


@pytest.mark.parametrize(
    ("name", "text", "options", "expected"),
    [
        ("XYZ_H1_203103030900_203103031000.csv", METATRADER_5, UTC, bars(HOURS, FIRST_UNKNOWN, SECOND)),
        ("XYZ_Candlestick_1_Hour_BID_03.03.2031-03.03.2031.csv", DUKASCOPY, {}, bars(HOURS, FIRST, SECOND)),
        ("XYZ-1h-2031-03.csv", BINANCE, {}, bars(HOURS, FIRST, SECOND)),
        ("XYZ_60.csv", KRAKEN, {}, bars(HOURS, FIRST, SECOND)),
        ("DAT_ASCII_ABCXYZ_M1_2031.csv", HISTDATA, {}, bars(MINUTES, FIRST_UNKNOWN, SECOND_UNKNOWN, symbol="ABCXYZ")),
    ],
)
def test_the_name_that_a_program_gives_its_file_tells_the_symbol_and_the_interval(
    tmp_path: Path, name: str, text: str, options: dict[str, str], expected: list[str]
) -> None:
    assert read(written(tmp_path, text, name), **options).bars == expected
    one_row = "".join(text.splitlines(keepends=True)[: 1 + text.startswith(("<", "Gmt"))])
    interval = {"interval": "1h"} if "Candlestick" in name else {}
    assert read(written(tmp_path, one_row, name), **options, **interval).bars == expected[:1]


LEAN_MINUTES = "34200000,205000,217500,200100,214000,1500\n34260000,214000,220000,211000,211500,980\n"


@pytest.mark.parametrize(
    ("market", "recognised", "expected"),
    [
        ("equity/usa", "LEAN, shares, 1m, times in America/New_York", bars(MINUTES, FIRST, SECOND)),
        (
            "crypto/gdax",
            "LEAN, unscaled, 1m, times in UTC",
            bars(
                (("2031-03-03T09:30Z", "2031-03-03T09:31Z"), ("2031-03-03T09:31Z", "2031-03-03T09:32Z")),
                "205000 217500 200100 214000 1500",
                "214000 220000 211000 211500 980",
            ),
        ),
    ],
)
def test_the_folders_of_lean_tell_what_its_zip_files_hold(
    tmp_path: Path, market: str, recognised: str, expected: list[str]
) -> None:
    folder = tmp_path / market / "minute" / "xyz"
    folder.mkdir(parents=True)
    path = folder / "20310303_trade.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("20310303_xyz_minute_trade.csv", LEAN_MINUTES)
    file = read(path)
    assert (file.recognised, file.bars) == (recognised, expected)


def test_decimals_in_a_file_that_is_named_as_by_lean_tell_that_prices_are_unscaled(tmp_path: Path) -> None:
    text = "34200000,20.5,21.75,20.01,21.4,1500\n"
    file = read(written(tmp_path, text, "20310303_xyz_minute_trade.csv"))
    assert file.recognised == "LEAN, unscaled, 1m, times in UTC"
    assert file.bars == bars((("2031-03-03T09:30Z", "2031-03-03T09:31Z"),), FIRST)


LEAN_QUOTES = """34200000,205000,217500,200100,214000,100,205100,217600,200200,214100,70
34260000,214000,220000,211000,211500,100,,,,,
"""


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ("bid", [FIRST_UNKNOWN, SECOND_UNKNOWN]),
        ("ask", ["20.51 21.76 20.02 21.41 None"]),
    ],
)
def test_of_the_quotes_of_lean_the_side_is_taken_that_is_named(tmp_path: Path, side: str, expected: list[str]) -> None:
    path = written(tmp_path, LEAN_QUOTES, "20310303_xyz_minute_quote.csv")
    file = read(path, format=f"lean-equity-{side}")
    assert file.bars == bars(MINUTES[: len(expected)], *expected)
    assert file.unusable == ([] if side == "bid" else ["line 2: unusable: open is missing"])
    whole = read(written(tmp_path, LEAN_CRYPTO_QUOTES, "20310303_xyz_minute_quote.csv"), format=f"lean-crypto-{side}")
    price = "105" if side == "bid" else "107"
    assert whole.bars[0].startswith(f"XYZ 2031-03-03T09:30Z 2031-03-03T09:31Z {price} ")


LEAN_CRYPTO_QUOTES = "34200000,105,106,104,105,0,107,108,106,107,0\n"


WIDE = """Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume
Ticker,ABC,XYZ,ABC,XYZ,ABC,XYZ,ABC,XYZ,ABC,XYZ
Date,,,,,,,,,,
2031-03-13,1,21.4,1,21.75,1,20.01,1,20.5,7,1500
2031-03-14,1,21.15,1,22.0,1,21.1,1,21.4,7,980
"""


def test_of_a_header_of_several_lines_one_ticker_is_taken(tmp_path: Path) -> None:
    file = read(written(tmp_path, WIDE), symbol="XYZ")
    assert file.recognised == "yfinance, 1d, XYZ of its columns"
    assert file.bars == bars(DAYS, FIRST, SECOND)


def test_columns_may_be_named_or_counted(tmp_path: Path) -> None:
    text = "a,b,c,d,e\n21.4,20.01,21.75,20.5,2031-03-13\n"
    by_title = read(written(tmp_path, text), symbol="XYZ", columns="time=e,open=d,high=c,low=b,close=a")
    by_place = read(
        written(tmp_path, text.partition("\n")[2]), symbol="XYZ", columns="time=5,open=4,high=3,low=2,close=1"
    )
    assert by_title.bars == by_place.bars == bars(DAYS[:1], FIRST_UNKNOWN)


def test_a_format_may_be_named(tmp_path: Path) -> None:
    whole = "20310303 00:00,205001,217500,200100,214000,1500\n20310304 00:00,214000,220000,211000,211500,980\n"
    path = written(tmp_path, whole)
    assert read(path, symbol="XYZ", format="lean-equity").bars[0].endswith("20.5001 21.75 20.01 21.4 1500")
    assert read(path, symbol="XYZ", format="lean-crypto").bars[0].endswith("205001 217500 200100 214000 1500")
