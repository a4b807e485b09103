"""Fields that are read from a view when they are asked for."""

from types import SimpleNamespace
from typing import Any

import strawberry

from api.graphql.view_fields import of_view, shows_view


def _reckoned(view: Any) -> int:
    view.reckoned.append(view.number)
    return int(view.number * 2)


@shows_view
@strawberry.type
class Shown:
    view: strawberry.Private[Any]
    number: int = of_view("inner.number", "As it is.")
    twice: int = of_view(_reckoned, "Twice as much.")


@strawberry.type
class Query:
    @strawberry.field
    def shown(self, info: strawberry.Info[Any, None]) -> Shown:
        return Shown(view=info.context)


def test_a_field_is_read_from_the_view_only_when_it_is_asked_for() -> None:
    schema = strawberry.Schema(Query)
    view = SimpleNamespace(inner=SimpleNamespace(number=3), number=4, reckoned=[])
    assert schema.execute_sync("{shown{number}}", context_value=view).data == {"shown": {"number": 3}}
    assert view.reckoned == []
    assert schema.execute_sync("{shown{twice number}}", context_value=view).data == {"shown": {"twice": 8, "number": 3}}
    assert view.reckoned == [4]
