"""The names of fields as clients know them: what the domain calls `stop_loss` is stopLoss in the API and its files."""

import re

_NAMED = re.compile(r"`([a-z][a-z0-9_.]*)`")
_INNER = re.compile(r"_([a-z0-9])")
_OTHER_WORDS = {"since": "from", "command": "input"}


def api_name(path: str) -> str:
    """A field's path, such as trades.3.entry_price, in the API's names: trades.3.entryPrice."""
    return _INNER.sub(lambda match: match.group(1).upper(), path)


def api_path(path: str) -> str:
    """The path of an input field to blame, in the API's names, where a few have another word: `since` is its from."""
    return ".".join(_OTHER_WORDS.get(name) or api_name(name) for name in path.split("."))


def api_message(message: str) -> str:
    """A message of the domain, in which a field stands in backticks, as clients read it."""
    return _NAMED.sub(lambda match: api_path(match.group(1)), message)
