"""SVG that fills whatever width there is: places along it are percents, heights are pixels, and text keeps its size."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from domain.money import HUNDRED, ONE, plain, product

WIDTH = 10_000
"""How many units an inner drawing is wide, which is stretched to the width there is."""

_HALF_SHOWN = 5

Child = Markup | str | Iterable["Child"]


def element(name: str, /, *children: Child, **attributes: str | None) -> Markup:
    """An element that escapes all that is not markup already.

    Of an attribute's name a last underscore is dropped; aria_… and text_… are written with hyphens. None is left out.
    """
    named = ((key.removesuffix("_").replace("_", "-"), value) for key, value in attributes.items())
    given = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in named if value is not None)
    return Markup("<{0}{1}>{2}</{0}>").format(name, given, _joined(children))


def _joined(children: Iterable[Child]) -> Markup:
    return Markup("").join(escape(child) if isinstance(child, str) else _joined(child) for child in children)


def svg(key: str, height: int, title: str, description: str, *children: Child) -> Markup:
    """A drawing with what it is and what it shows in words."""
    return element(
        "svg",
        element("title", title, id=f"{key}-name"),
        element("desc", description, id=f"{key}-words"),
        children,
        class_="chart",
        role="img",
        width="100%",
        height=str(height),
        aria_labelledby=f"{key}-name",
        aria_describedby=f"{key}-words",
    )


def stretched(top: int, height: int, *children: Child) -> Markup:
    """A part of a drawing that is as wide as the drawing is."""
    return element(
        "svg",
        children,
        x="0",
        y=str(top),
        width="100%",
        height=str(height),
        viewBox=f"0 0 {WIDTH} {height}",
        preserveAspectRatio="none",
    )


def text(content: str, x: str, y: Decimal | int, anchor: str = "start", class_: str | None = None) -> Markup:
    """Words at a place."""
    return element("text", content, x=x, y=coordinate(y), text_anchor=anchor, class_=class_)


def level(y: Decimal, class_: str = "grid") -> Markup:
    """A line from left to right."""
    return element("line", x1="0", x2="100%", y1=coordinate(y), y2=coordinate(y), class_=class_)


def dates(ticks: Sequence[tuple[Decimal, str]], top: int, bottom: int) -> Iterable[Markup]:
    """Names along an axis; of many, every other one gives way where there is little room."""
    for number, (place, name) in enumerate(ticks):
        rare = "spare" if len(ticks) >= _HALF_SHOWN and number % 2 else None
        x = percent(place)
        yield element("line", x1=x, x2=x, y1=str(top), y2=str(bottom), class_="grid")
        yield text(name, x, bottom + 18, anchor_at(place), rare)


def anchor_at(place: Decimal) -> str:
    """How words at a place are aligned so that they stay inside."""
    if place < Decimal("0.05"):
        return "start"
    return "end" if place > Decimal("0.95") else "middle"


def percent(place: Decimal) -> str:
    """A place from 0 to 1, as a drawing takes it."""
    return f"{coordinate(product(place, HUNDRED), 3)}%"


def along(place: Decimal) -> str:
    """A place from 0 to 1, in a part that is stretched."""
    return coordinate(product(place, Decimal(WIDTH)), 0)


def down(place: Decimal, height: int) -> Decimal:
    """How far from the top something stands, whose place from the bottom is from 0 to 1."""
    return product(ONE - place, Decimal(height))


def coordinate(number: Decimal | int, places: int = 1) -> str:
    """A coordinate."""
    return plain(Decimal(number).quantize(ONE.scaleb(-places)))
