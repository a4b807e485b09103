"""What is told of a file of bars that cannot be used."""

from api.errors import PapertapeError


class UnusableBars(PapertapeError):
    """A file of which nothing can be taken: `line` is where, counted from 1, `reason` what would make it usable."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.line = line
        self.reason = reason
