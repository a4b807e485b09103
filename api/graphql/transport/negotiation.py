"""Which media type a client sends, and in which it wants its answer."""

from starlette.datastructures import Headers

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"


def names(headers: Headers, media_type: str) -> bool:
    """Whether the client asks for this media type by name, rather than merely taking anything."""
    return _accepted(headers).get(media_type, 0) > 0


def answer_type(headers: Headers) -> str | None:
    """The media type for a JSON answer: JSON if the client has no preference, None if it takes neither."""
    accepted = _accepted(headers)
    anything = accepted.get("application/*", accepted.get("*/*", 0 if accepted else 1))
    plain, graphql = accepted.get(JSON, anything), accepted.get(GRAPHQL_JSON, anything)
    if not max(plain, graphql):
        return None
    if graphql == plain:
        return GRAPHQL_JSON if GRAPHQL_JSON in accepted else JSON
    return GRAPHQL_JSON if graphql > plain else JSON


def sends_json(headers: Headers) -> bool:
    """Whether the body is declared to be JSON in UTF-8."""
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    name, _, charset = parameters.partition("=")
    if media_type.strip().lower() != JSON:
        return False
    return name.strip().lower() != "charset" or charset.strip().strip('"').lower() in {"utf-8", "utf8"}


def sends_plainly(headers: Headers) -> bool:
    """Whether the body is declared to be as it is, not compressed."""
    return headers.get("content-encoding", "identity").strip().lower() in {"", "identity"}


def _accepted(headers: Headers) -> dict[str, float]:
    ranges = ",".join(headers.getlist("accept")).split(",")
    return dict(_media_range(text) for text in ranges if text.strip())


def _media_range(text: str) -> tuple[str, float]:
    media_type, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return media_type, min(max(float(quality), 0), 1)
    except ValueError:
        return media_type, 0
