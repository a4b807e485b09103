"""How numbers of things are told."""


def counted(count: int, noun: str) -> str:
    """So many of something: `1 bar`, `2 bars`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
