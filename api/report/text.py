"""The headline figures as tables for the terminal."""

from rich.console import Console
from rich.table import Table

from api.application.reports import Comparison, ReportView
from api.report import comparison, eligibility
from api.report.content import Summary
from api.report.figures import Figure, Tone, groups, headline, percent, words
from domain.analytics.comparison import Severity
from domain.analytics.eligibility import Eligibility

_STYLES = {Tone.NEUTRAL: "", Tone.GAIN: "green", Tone.LOSS: "red"}
_SEVERITIES = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red", Severity.NOT_COMPARABLE: ""}


def print_report(overview: Summary, console: Console) -> None:
    """Print what the record of a session says."""
    view = overview.view
    title = f"{overview.account}, session {view.record.session.number}: {view.since:%Y-%m-%d} to {view.until:%Y-%m-%d}"
    _print(title, _figures(view), console)
    if overview.comparison is not None:
        beside = overview.comparison
        _print(f"Beside {beside.backtest.name}: {words(beside.severity.value)}", _comparison(beside), console)
    _print(eligibility.verdict(overview.eligibility), _eligibility(overview.eligibility), console)


def _print(title: str, sheet: Table, console: Console) -> None:
    console.print(title, style="bold", markup=False, highlight=False)
    console.print(sheet)


def _figures(view: ReportView) -> Table:
    sheet = Table(show_header=False)
    sheet.add_column("figure")
    sheet.add_column("value", justify="right")
    for section in (headline(view), *groups(view).values()):
        for figure in section:
            sheet.add_row(figure.name, _toned(figure))
        sheet.add_section()
    return sheet


def _toned(figure: Figure) -> str:
    style = _STYLES[figure.tone]
    return f"[{style}]{figure.shown}[/{style}]" if style else figure.shown


def _comparison(compared: Comparison) -> Table:
    sheet = Table()
    sheet.add_column("metric")
    for name in ("paper", "backtest", "difference", "relative"):
        sheet.add_column(name, justify="right", no_wrap=True)
    sheet.add_column("result", no_wrap=True)
    for metric in compared.metrics:
        style = _SEVERITIES[metric.severity]
        sheet.add_row(
            comparison.METRIC_NAMES[metric.metric],
            comparison.metric_figure(metric.metric, metric.paper),
            comparison.metric_figure(metric.metric, metric.backtest),
            comparison.metric_difference(metric),
            percent(metric.difference_percent, signed=True),
            ", ".join(words(word.value) for word in (metric.direction, metric.severity) if word is not None),
            style=style,
        )
    return sheet


def _eligibility(judged: Eligibility) -> Table:
    sheet = Table()
    sheet.add_column("check")
    sheet.add_column("required", justify="right")
    sheet.add_column("actual", justify="right")
    sheet.add_column("result")
    for check in judged.checks:
        sheet.add_row(
            eligibility.CHECK_NAMES[check.criterion],
            eligibility.required(check),
            eligibility.actual(check),
            eligibility.check_result(check),
        )
    return sheet
