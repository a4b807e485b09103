"""The page: one file of HTML that needs no network, no script and nothing beside it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.application.confidence import METHOD, RESAMPLED_TRADES
from api.report import comparison, eligibility, figures
from api.report.axes import MONTHS
from api.report.breakdowns import breakdowns
from api.report.content import Details, Summary
from api.report.curve_chart import curve_chart
from api.report.histogram import histogram
from api.report.months import heat_map
from domain.portfolio.trade import Trade


def page(summary: Summary, details: Details) -> str:
    """The whole page."""
    return _environment().get_template("page.html.j2").render(summary=summary, details=details)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(_FILTERS)
    environment.globals.update(_GLOBALS, style=_style())
    return environment


def _style() -> Markup:
    return Markup(files("api.report").joinpath("templates", "style.css").read_text())  # noqa: S704 - our own file


def _known_multiples(trades: Iterable[Trade]) -> list[Decimal]:
    return [multiple for trade in trades if (multiple := trade.r_multiple) is not None]


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _time_of_day(time: datetime) -> str:
    return f"{time:%H:%M}"


def _tone(value: Decimal | None) -> str:
    return figures.tone_of(value).value


_FILTERS = {
    "actual": eligibility.actual,
    "badge_class": comparison.badge_class,
    "check_result": eligibility.check_result,
    "day": _day,
    "interval": eligibility.interval,
    "minus": figures.minus,
    "money": figures.money,
    "multiple": figures.multiple,
    "parts_of": comparison.parts_of,
    "percent": figures.percent,
    "price": figures.price,
    "quantity": figures.quantity,
    "required": eligibility.required,
    "span": figures.span,
    "time_of_day": _time_of_day,
    "tone": _tone,
    "words": figures.words,
}

_GLOBALS = {
    "breakdowns": breakdowns,
    "check_names": eligibility.CHECK_NAMES,
    "curve_chart": curve_chart,
    "figure_groups": figures.groups,
    "headline_figures": figures.headline,
    "heat_map": heat_map,
    "histogram": histogram,
    "known_multiples": _known_multiples,
    "metric_difference": comparison.metric_difference,
    "metric_figure": comparison.metric_figure,
    "metric_names": comparison.METRIC_NAMES,
    "month_names": MONTHS,
    "most_external_trades": comparison.MOST_ROWS,
    "resampled_trades": RESAMPLED_TRADES,
    "resampling_method": METHOD,
    "split_differences": comparison.split_differences,
    "verdict": eligibility.verdict,
}
