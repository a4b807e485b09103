"""Which media type a client sends, and in which it wants its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"

_LONGEST_REMEMBERED = 500

RawHeaders = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Negotiation:
    """What the headers of a request say of its body, and of what is to be answered.

    `answer_type` is the media type of a JSON answer: JSON if the client has no preference, None if it takes neither.
    It takes a stream, or a page, if it asks for that by name, rather than merely taking anything. It sends JSON if it
    says that its body is JSON in UTF-8, and plainly if that is not compressed.
    """

    answer_type: str | None
    takes_stream: bool
    takes_page: bool
    sends_json: bool
    sends_plainly: bool


def negotiated(headers: RawHeaders) -> Negotiation:
    """What the headers of a request come to. Most clients always send the same: it is remembered."""
    accept = b",".join([value for name, value in headers if name == b"accept"])
    fields = dict(headers)
    sent = fields.get(b"content-type", b""), fields.get(b"content-encoding", b"identity")
    if len(accept) + len(sent[0]) + len(sent[1]) > _LONGEST_REMEMBERED:
        return _negotiated.__wrapped__(accept, *sent)
    return _negotiated(accept, *sent)


@lru_cache(maxsize=256)
def _negotiated(accept: bytes, content_type: bytes, content_encoding: bytes) -> Negotiation:
    accepted = _accepted(accept.decode("latin-1"))
    return Negotiation(
        _answer_type(accepted),
        accepted.get(EVENT_STREAM, 0) > 0,
        accepted.get(HTML, 0) > 0,
        _is_json(content_type.decode("latin-1")),
        content_encoding.strip().lower() in {b"", b"identity"},
    )


def _answer_type(accepted: dict[str, float]) -> str | None:
    anything = accepted.get("application/*", accepted.get("*/*", 0 if accepted else 1))
    plain, graphql = accepted.get(JSON, anything), accepted.get(GRAPHQL_JSON, anything)
    if not max(plain, graphql):
        return None
    if graphql == plain:
        return GRAPHQL_JSON if GRAPHQL_JSON in accepted else JSON
    return GRAPHQL_JSON if graphql > plain else JSON


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    name, _, charset = parameters.partition("=")
    if media_type.strip().lower() != JSON:
        return False
    return name.strip().lower() != "charset" or charset.strip().strip('"').lower() in {"utf-8", "utf8"}


def _accepted(accept: str) -> dict[str, float]:
    return dict(_media_range(text) for text in accept.split(",") if text.strip())


def _media_range(text: str) -> tuple[str, float]:
    media_type, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return media_type, min(max(float(quality), 0), 1)
    except ValueError:
        return media_type, 0
