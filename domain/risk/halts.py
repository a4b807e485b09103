"""How much an account may lose before it is halted (R34)."""

from domain.money import percent_of, plain
from domain.portfolio.settings import Settings
from domain.portfolio.watermarks import EquityWatermarks


def has_limit(settings: Settings) -> bool:
    """Whether an account may not lose as much as it likes."""
    return settings.max_daily_loss_percent is not None or settings.max_drawdown_percent is not None


def excess_loss(settings: Settings, watermarks: EquityWatermarks) -> str | None:
    """Why an account must be halted, if it has lost more than its settings allow; exactly the limit is allowed."""
    measures = (
        ("the day's loss", settings.max_daily_loss_percent, watermarks.day_reference),
        ("the drawdown", settings.max_drawdown_percent, watermarks.running_watched_peak),
    )
    for subject, limit, reference in measures:
        if limit is not None and reference - watermarks.equity > percent_of(limit, reference):
            amounts = f"from {plain(reference)} to {plain(watermarks.equity)}"
            return f"{subject}, {amounts}, exceeds {plain(limit)} %"
    return None
