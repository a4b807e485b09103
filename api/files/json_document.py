"""A document of JSON, of which one value at a time is made; numbers stay as they are written."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class JsonPart:
    """What begins at a place of a document.

    Whatever it is asked raises ValueError where that is no JSON, and RecursionError where too much is nested.
    """

    text: str
    at: int = 0

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return self.text.startswith("[", self.at)

    @property
    def is_object(self) -> bool:
        """Whether it is an object."""
        return self.text.startswith("{", self.at)

    @property
    def is_plain(self) -> bool:
        """Whether it holds nothing else."""
        return not (self.is_list or self.is_object)

    def value(self) -> object:
        """All of it."""
        return self._decoded(self.at)[0]

    def elements(self) -> Iterator[object]:
        """The values in a list, one after another."""
        at = self._past_space(self.at + 1)
        while not self.text.startswith("]", at):
            value, end = self._decoded(at)
            yield value
            at = self._following(end, "]")

    def members(self) -> tuple[dict[str, "JsonPart"], int]:
        """What the names in an object name, and where it ends; what that holds is looked at and forgotten."""
        members: dict[str, JsonPart] = {}
        at = self._past_space(self.at + 1)
        while not self.text.startswith("}", at):
            name, part = self._member(at)
            members[name] = part
            at = self._following(part.end(), "}")
        return members, at + 1

    def end(self) -> int:
        """Where it ends."""
        if self.is_object:
            return self.members()[1]
        if not self.is_list:
            return self._decoded(self.at)[1]
        at = self._past_space(self.at + 1)
        while not self.text.startswith("]", at):
            at = self._following(self._decoded(at)[1], "]")
        return at + 1

    def _decoded(self, at: int) -> tuple[object, int]:
        return _DECODER.raw_decode(self.text, at)

    def _member(self, at: int) -> tuple[str, "JsonPart"]:
        if not self.text.startswith('"', at):
            raise JSONDecodeError("Expecting property name enclosed in double quotes", self.text, at)
        name, end = self._decoded(at)
        colon = self._past_space(end)
        if not self.text.startswith(":", colon):
            raise JSONDecodeError("Expecting ':' delimiter", self.text, colon)
        return str(name), JsonPart(self.text, self._past_space(colon + 1))

    def _following(self, end: int, closing: str) -> int:
        """Where the next value begins after one that ends, or what encloses them is closed."""
        at = self._past_space(end)
        if self.text.startswith(",", at):
            return self._past_space(at + 1)
        if not self.text.startswith(closing, at):
            raise JSONDecodeError("Expecting ',' delimiter", self.text, at)
        return at

    def _past_space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return at if match is None else match.end()


def document(text: str) -> JsonPart:
    """All of a document."""
    return JsonPart(text, len(text) - len(text.lstrip()))
