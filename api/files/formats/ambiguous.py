"""What the first rows of a file leave open."""

from api.errors import PapertapeError


class Ambiguous(PapertapeError):
    """A text of a file that may mean two things, and the option that says which."""
