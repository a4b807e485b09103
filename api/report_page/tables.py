"""Tables, and the small things that stand in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.report_page.figures import Tone, tone_of
from api.report_page.markup import Child, Html, tag


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands above it, and whether it holds figures."""

    name: str
    is_figure: bool = True


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Child]], class_: str = "") -> Html:
    """A table whose first column names its rows; one that is too wide scrolls by itself."""
    head = tag("tr", (tag("th", each.name, scope="col", class_=_class(each)) for each in columns))
    body = (tag("tr", _cells(columns, row)) for row in rows)
    inner = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body), class_=class_ or None)
    return tag("div", inner, class_="scroll", role="region", aria_label=caption, tabindex="0")


def _cells(columns: Sequence[Column], row: Sequence[Child]) -> Iterable[Html]:
    yield tag("th", row[0], scope="row", class_=_class(columns[0]))
    for column, cell in zip(columns[1:], row[1:], strict=True):
        yield tag("td", cell, class_=_class(column))


def _class(column: Column) -> str | None:
    return "figure" if column.is_figure else None


def toned(shown: str, tone: Tone) -> Child:
    """A figure in the colour of its tone."""
    return minus(shown) if tone is Tone.NEUTRAL else tag("span", minus(shown), class_=tone.value)


def signed(shown: str, value: Decimal | None) -> Child:
    """A figure in the colour of its sign."""
    return toned(shown, tone_of(value))


def minus(shown: str) -> str:
    """A figure as it is set on a page: its minus is as wide as a plus."""
    return shown.replace("-", "−")


def figure(drawing: Html, caption: Child, class_: str) -> Html:
    """A drawing and what it shows."""
    return tag("figure", drawing, tag("figcaption", caption), class_=class_)


def section(key: str, title: str, *children: Child) -> Html:
    """A part of the page, with its heading."""
    return tag("section", tag("h2", title, id=f"{key}-title"), children, id=key, aria_labelledby=f"{key}-title")


def note(*children: Child) -> Html:
    """A remark."""
    return tag("p", children, class_="note")
