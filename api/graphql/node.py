"""Things with an id of their own."""

import strawberry

from api.codec.ids import node_id

ID_DESCRIPTION = "The id of this thing; opaque."


@strawberry.interface(description="Anything with an id of its own; fetch it again with node(id:).")
class Node:
    id: strawberry.ID = strawberry.field(description=ID_DESCRIPTION)


def global_id(kind: str, key: object) -> strawberry.ID:
    """The id of a thing of a type by its key."""
    return strawberry.ID(node_id(kind, key))
