"""Daily returns, as quantstats takes them, become a backtest without trades: its curve, drawdown and Sharpe ratio."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import quantstats

from api.choices import DateOrder
from api.cli.register_trades import found_by_returns
from api.errors import BadArgument
from api.files.returns_file import DailyReturns, read_returns
from api.files.text_file import BadFile
from api.files.trade_file import TradeFile
from api.files.trade_rows import content_of
from tests.files.reading import written

RETURNS = "Date,Strategy\n2031-03-03,0.01\n2031-03-04,-0.5\n2031-03-05,1e-1\n"
CURVE = [
    (datetime(2031, 3, 3, tzinfo=UTC), "100000"),
    (datetime(2031, 3, 4, tzinfo=UTC), "101000.00"),
    (datetime(2031, 3, 5, tzinfo=UTC), "50500.000"),
    (datetime(2031, 3, 6, tzinfo=UTC), "55550.0000"),
]


def returns_of(file: TradeFile) -> DailyReturns:
    content = content_of(file.path)
    assert not isinstance(content, str)
    returns = read_returns(file, content)
    assert returns is not None
    return returns


def curve_of(path: Path) -> list[tuple[datetime, Decimal]]:
    return [(point.time, point.equity) for point in returns_of(TradeFile(path)).curve]


@pytest.mark.parametrize(
    "text",
    [
        RETURNS,
        RETURNS.replace("Date,Strategy", ",0"),
        RETURNS.replace("Date,Strategy\n", ""),
        RETURNS.replace(",", ";").replace("0.01", "0,01").replace("-0.5", "-0,5"),
        RETURNS.replace("0.01", "1%").replace("-0.5", "-50%").replace("1e-1", "10 %".replace(" ", "")),
        "Date,Strategy\n2031-03-02,\n" + RETURNS.partition("\n")[2],
        "\n".join([RETURNS.splitlines()[0], *reversed(RETURNS.splitlines()[1:])]),
        RETURNS.replace("-03,", "-03 00:00:00,").replace("-04,", "-04 00:00:00,").replace("-05,", "-05 00:00:00,"),
        RETURNS.replace("2031-03-03", "03/03/2031")
        .replace("2031-03-04", "03/04/2031")
        .replace("2031-03-05", "3/5/2031"),
    ],
)
def test_returns_are_a_curve_from_the_beginning_of_the_first_day(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    file = TradeFile(path) if "/" not in text else TradeFile(path, dates=DateOrder.MONTH_FIRST)
    expected = [(time, Decimal(equity)) for time, equity in CURVE]
    assert [(point.time, point.equity) for point in returns_of(file).curve] == expected


def test_a_series_of_pandas_in_parquet_is_read(tmp_path: Path) -> None:
    index = pd.DatetimeIndex(["2031-03-03", "2031-03-04", "2031-03-05"], name="Date")
    pd.DataFrame({"Strategy": [0.01, -0.5, 0.1]}, index=index).to_parquet(tmp_path / "returns.parquet")
    assert curve_of(tmp_path / "returns.parquet") == [(time, Decimal(equity)) for time, equity in CURVE]


def test_a_day_ends_in_the_zone_that_is_named(tmp_path: Path) -> None:
    file = TradeFile(written(tmp_path, RETURNS), timezone=ZoneInfo("America/New_York"))
    assert returns_of(file).curve[-1].time == datetime(2031, 3, 6, 5, tzinfo=UTC)


def test_one_of_several_columns_is_taken(tmp_path: Path) -> None:
    text = "Date,A,B\n2031-03-03,0.01,-0.02\n2031-03-04,-0.01,0.02\n"
    path = written(tmp_path, text)
    assert returns_of(TradeFile(path, strategy="B")).curve[1].equity == 98_000
    with pytest.raises(BadArgument, match=r"bars.csv holds the strategies A, B: say which with --strategy"):
        returns_of(TradeFile(path))


@pytest.mark.parametrize(("first", "periods"), [("2031-03-03", 252), ("2031-03-01", 365)])
def test_figures_are_those_of_quantstats(tmp_path: Path, first: str, periods: int) -> None:
    days = pd.date_range(first, periods=4)
    series = pd.Series([0.01, -0.02, 0.03, -0.005], index=days)
    path = tmp_path / "returns.csv"
    series.to_csv(path)
    metrics = found_by_returns(returns_of(TradeFile(path)))["metrics"]
    sharpe = quantstats.stats.sharpe(series, periods=periods)
    drawdown = -100 * quantstats.stats.max_drawdown(series)
    assert float(metrics["sharpe"]) == pytest.approx(sharpe, rel=1e-9)
    assert float(metrics["maxDrawdown"]) == pytest.approx(drawdown, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "Date,Close\n2031-03-03,1.5\n2031-03-04,1.6\n",
            "line 1: Close may be prices: daily returns are titled so, or some are below zero",
        ),
        (
            RETURNS.replace("-0.5", "-1.5"),
            "line 3: a return of -1.5 would be -150 % in a day: returns are fractions, 0.01 for 1 %",
        ),
        (RETURNS.replace("0.01", "-0.01").replace("-0.5", ""), "line 3: the return is missing"),
        (RETURNS.replace("-03-04", "-03-03"), "line 3: a second return of 2031-03-03, and they are to be daily"),
        (RETURNS.replace("-03-05", "-03-32"), "line 4: there is no such date: 2031-03-32"),
        (RETURNS + "2031-03-06\n", "line 5: 1 cells below a header of 2"),
        (
            RETURNS.replace("-03-05", "-03-05 16:00"),
            "line 4: '2031-03-05 16:00' has no UTC offset: name its zone with --timezone",
        ),
    ],
)
def test_returns_that_cannot_be_used_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadFile) as caught:
        returns_of(TradeFile(written(tmp_path, text)))
    assert str(caught.value) == f"bars.csv {complaint}"
