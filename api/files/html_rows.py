"""The rows of tables in HTML, which is how MetaTrader saves its reports."""

from collections.abc import Sequence
from html.parser import HTMLParser

_MOST_COLUMNS = 100


def is_html(text: str) -> bool:
    """Whether a text is a page."""
    return text[:1_000].lstrip().casefold().startswith(("<!doctype html", "<html"))


def html_rows(text: str) -> list[tuple[int, Sequence[str]]]:
    """Lines and cells of the rows of a page's tables; a cell over several columns is followed by empty ones."""
    reader = _TableReader()
    reader.feed(text)
    reader.close()
    return reader.rows


class _TableReader(HTMLParser):
    """Cells that the page hides are none: MetaTrader 5 has them in rows, and not in their header."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, Sequence[str]]] = []
        self._cells: list[str] = []
        self._columns = 0
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()
            given = dict(attrs)
            span = given.get("colspan") or "1"
            is_hidden = "hidden" in (given.get("class") or "").split()
            self._columns = 0 if is_hidden else min(int(span), _MOST_COLUMNS) if span.isdecimal() else 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def _end_cell(self) -> None:
        if self._columns:
            self._cells += [" ".join("".join(self._text).split()), *[""] * (self._columns - 1)]
        self._columns = 0
        self._text = []

    def _end_row(self) -> None:
        self._end_cell()
        if self._cells:
            self.rows.append((self.getpos()[0], self._cells))
        self._cells = []
