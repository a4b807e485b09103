"""HTML out of Python: an element escapes all that is not markup already."""

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | None | Iterable["Child"]

_VOID = {"meta"}


def tag(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """An element. Of an attribute's name a last underscore is dropped, others are hyphens; one of None is left out."""
    named = ((key.removesuffix("_").replace("_", "-"), value) for key, value in attributes.items())
    given = "".join(f' {key}="{escape(value)}"' for key, value in named if value is not None)
    return Html(f"<{name}{given}>") if name in _VOID else Html(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Html:
    """Children one after another."""
    return Html("".join(_written(each) for each in children))


def name_of(text: str) -> Html:
    """A name that somebody chose: whichever way it is written, what stands around it stays in place."""
    return tag("bdi", text)


def _written(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    return escape(child) if isinstance(child, str) else joined(child)
