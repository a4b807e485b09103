"""Dataclasses that are cheap to make: a decision makes some sixty of them.

A frozen dataclass of the standard library assigns each field by a call, and `replace` passes all of them through its
constructor. These are frozen where types are checked, and nowhere else: to assign to a field is an error of mypy, not
of a running desk. Against the standard library's, one of ten fields is made in half the time, and a copy of it with
one change in a fifth.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:
    import dataclasses
    from functools import cache

    def dataclass(cls=None, /, *, frozen=False, **options):
        """`dataclasses.dataclass`, whose `frozen` leaves a class equal and hashed as ever, and unguarded."""
        made = dataclasses.dataclass(unsafe_hash=frozen, **options)
        return made if cls is None else made(cls)

    def replace(record, /, **changes):
        """`dataclasses.replace`: a copy with changes."""
        copied, is_checked = _copier(type(record))
        copy = copied(record)
        for name, value in changes.items():
            setattr(copy, name, value)
        if is_checked:
            copy.__post_init__()
        return copy

    @cache
    def _copier(cls):
        """Copies a record field by field, and whether copies are checked; a field that the constructor does not take is
        made anew."""
        known, lines = {"new": object.__new__, "cls": cls}, []
        for field in dataclasses.fields(cls):
            if field.init:
                lines.append(f"    copy.{field.name} = record.{field.name}")
            else:
                known[field.name] = field.default_factory
                lines.append(f"    copy.{field.name} = {field.name}()")
        source = "\n".join(["def copied(record):", "    copy = new(cls)", *lines, "    return copy"])
        exec(source, known)  # noqa: S102 - as the standard library makes constructors, of names that are its own
        return known["copied"], hasattr(cls, "__post_init__")
