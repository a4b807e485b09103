"""How often a document asks for the same, counted before the rule that compares fields of one response name.

That rule compares each two of them, which is fine for a few and takes seconds for a few hundred. Inside an
introspection nothing needs to be asked twice: the answer, long as it is, would grow with every repetition.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
)

from api.errors import PapertapeError

MOST_PAIRS = 1_500
MOST_WALKED = 10_000
_DEEPEST = 100


class TooManyRepeats(PapertapeError):
    """What a document repeats too often, to be put after its subject."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A field or a selection set, and the fragments that it is in, in which no spread of them goes on."""

    node: Any
    inside: frozenset[str]


def check_repeats(document: DocumentNode) -> None:
    """Counts what each definition repeats, with its fragments spread.

    Raises TooManyRepeats, also for a document that takes more than `MOST_WALKED` steps to count.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = _Walk(fragments)
    for node in document.definitions:
        if isinstance(node, ExecutableDefinitionNode):
            inside = frozenset({node.name.value}) if isinstance(node, FragmentDefinitionNode) else frozenset[str]()
            walk.merge([_Place(node.selection_set, inside)], depth=0, introspects=False)


class _Walk:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._pairs = 0
        self._walked = 0

    def merge(self, sets: Iterable[_Place], depth: int, *, introspects: bool) -> None:
        """Counts in selection sets whose fields are answered in one object, and in what is below them."""
        if depth > _DEEPEST:
            raise TooManyRepeats("nests its selections and fragments too deeply")
        named: dict[str, list[_Place]] = {}
        spread: set[str] = set()
        for place in sets:
            self._collect(place, named, spread)
        names = [fields[0].node.name.value for fields in named.values()]
        _require_once(names if introspects else [name for name in names if name == "__schema"])
        for fields in named.values():
            self._count(len(fields))
            below = [_Place(field.node.selection_set, field.inside) for field in fields if field.node.selection_set]
            if below:
                is_inside = introspects or fields[0].node.name.value in {"__schema", "__type"}
                self.merge(below, depth + 1, introspects=is_inside)

    def _collect(self, place: _Place, named: dict[str, list[_Place]], spread: set[str]) -> None:
        for node in place.node.selections:
            self._walked += 1
            if isinstance(node, FieldNode):
                named.setdefault((node.alias or node.name).value, []).append(_Place(node, place.inside))
            elif not isinstance(node, FragmentSpreadNode):
                self._collect(_Place(node.selection_set, place.inside), named, spread)
            elif (name := node.name.value) not in spread | place.inside:
                spread.add(name)
                if fragment := self._fragments.get(name):
                    self._collect(_Place(fragment.selection_set, place.inside | {name}), named, spread)
        if self._walked > MOST_WALKED:
            raise TooManyRepeats("spreads its fragments over very many places")

    def _count(self, fields: int) -> None:
        self._pairs += fields * (fields - 1) // 2
        if self._pairs > MOST_PAIRS:
            raise TooManyRepeats(
                f"asks for the same so often that more than {MOST_PAIRS} pairs of fields would have to be compared; "
                "ask for each field once"
            )


def _require_once(names: Iterable[str]) -> None:
    asked: set[str] = set()
    for name in names:
        if name in asked:
            raise TooManyRepeats(f"asks for `{name}` under several names inside an introspection; ask for it once")
        asked.add(name)
