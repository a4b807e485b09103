"""The page: one file of HTML that needs no network, no script and nothing beside it."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from api.report_page.breakdowns import breakdowns
from api.report_page.content import Details, Summary
from api.report_page.curve_chart import curve_chart
from api.report_page.figures import Figure, groups, headline
from api.report_page.histogram import histogram
from api.report_page.markup import Child, Html, name_of, tag
from api.report_page.months import heat_map
from api.report_page.parity import badge, parity
from api.report_page.readiness import readiness, verdict
from api.report_page.tables import figure, note, section, toned
from api.report_page.trades import trade_table

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(found: Summary, more: Details) -> str:
    """The whole page."""
    session = found.view.record.session
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{found.account}, session {session.number}: Papertape report"),
        tag("style", _style()),
    )
    body = tag("body", _header(found), tag("main", _sections(found, more)), _footer())
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


@cache
def _style() -> Html:
    return Html(files("api.report_page").joinpath("style.css").read_text())


def _header(found: Summary) -> Html:
    view = found.view
    session = view.record.session
    ended = "current" if session.ended_at is None else f"ended {session.ended_at:%Y-%m-%d}"
    return tag(
        "header",
        tag("p", "Papertape report", class_="kind"),
        tag("h1", name_of(found.account), tag("span", f"session {session.number}", class_="session")),
        tag(
            "p",
            f"{view.since:%Y-%m-%d} to {view.until:%Y-%m-%d}, {ended} session. "
            f"Made on {found.made_at:%Y-%m-%d at %H:%M} UTC. Amounts are in USD.",
        ),
        tag("p", verdict(found.eligibility), ".", _compared(found)),
    )


def _compared(found: Summary) -> Child:
    beside = found.comparison
    return None if beside is None else (" Beside ", name_of(beside.backtest.name), ": ", badge(beside.severity))


def _sections(found: Summary, more: Details) -> Iterable[Html | None]:
    view = found.view
    count = view.tally.trades
    yield section("headline", "Headline figures", _headline(headline(view)), _groups(groups(view)))
    yield section("equity", "Equity and drawdown", _curve(found, more))
    yield section("months", "Monthly returns", heat_map(view.months) if view.months else note("No days with data yet."))
    yield section("r-multiples", "R multiples", _multiples(found, more))
    yield section("breakdowns", "Breakdowns", breakdowns(view) if count else _no_trades())
    if found.comparison is not None:
        yield section("comparison", "Comparison with a backtest", parity(found.comparison))
    yield section("eligibility", "Live eligibility", readiness(found.eligibility, found.evidence))
    yield section("trades", "Trades", trade_table(more.trades, count) if count else _no_trades())


def _no_trades() -> Html:
    return note("No trades yet.")


def _headline(figures: Sequence[Figure]) -> Html:
    return tag("dl", (_pair(each) for each in figures), class_="headline")


def _groups(found: dict[str, list[Figure]]) -> Html:
    return tag(
        "div",
        (
            tag("div", tag("h3", name), tag("dl", (_pair(each) for each in figures), class_="figures"))
            for name, figures in found.items()
        ),
        class_="groups",
    )


def _pair(found: Figure) -> Html:
    """A figure with its name; what it is exactly stands with it, for machines and for the curious."""
    shown = toned(found.shown, found.tone)
    exact = shown if found.exact is None else tag("data", shown, value=found.exact, title=found.exact)
    return tag("div", tag("dt", found.name), tag("dd", exact))


def _curve(found: Summary, more: Details) -> Html:
    if not more.curve:
        return note("No equity has been observed yet: it is, as bars arrive for what the account holds.")
    drawing = curve_chart(more.curve, found.view.record.session.starting_capital)
    caption = "Equity as it was observed; the dashed line is the starting capital. Below it, the loss from the peak."
    return figure(drawing, caption, "wide")


def _multiples(found: Summary, more: Details) -> Html:
    multiples = [each.r_multiple for each in more.trades]
    known = [each for each in multiples if each is not None]
    if not known:
        return _no_trades()
    cut = f" The newest {len(more.trades):,} trades." if len(more.trades) < found.view.tally.trades else ""
    caption = f"Net P&L in units of the risk first taken. A bar holds its lower edge, not its upper.{cut}"
    return figure(histogram(known), caption, "wide")


def _footer() -> Html:
    return tag(
        "footer",
        tag(
            "p",
            "Percents and ratios are rounded to 2 places, amounts to cents; the whole of a headline figure shows when "
            "it is pointed at. A dash is a figure that is not defined. ",
            "Paper trading: simulated fills, no real money.",
        ),
    )
