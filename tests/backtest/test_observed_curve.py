"""What a backtest keeps of equity: points by time, and days on which symbols had data, as a zone counts them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from api.replay.observed_curve import ObservedCurve
from api.zones import zone_named
from domain.market.quote import Quote


@pytest.mark.parametrize("name", ["UTC", "Europe/Zurich", "Asia/Tokyo", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize("start", [datetime(2007, 3, 9, tzinfo=UTC), datetime(2007, 10, 26, tzinfo=UTC)])
def test_the_days_with_data_are_those_on_which_a_bar_or_quote_starts(name: str, start: datetime) -> None:
    """St John's put its clocks back at one minute past midnight, into the day before."""
    zone = zone_named(name)
    times = [start + number * timedelta(minutes=7) for number in range(3_000)]
    times = [time for time in times if time.day % 3]
    curve = ObservedCurve(zone, Decimal(1))
    for time in (*times, *reversed(times[-200:])):
        curve.note_data(Quote("AAPL", time, Decimal(1)))
    days = curve.days(Decimal(1), ["AAPL"])
    assert [end.day for end in days] == sorted({zone.day_of(time) for time in times})
    assert curve.days(Decimal(1), ["MSFT"]) == []
