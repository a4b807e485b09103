"""What a template is: one way to read the alerts of a hook."""

from collections.abc import Sequence
from typing import Protocol

from api.application.hooks import AlertText
from api.codec.hooks import HookDefaults
from api.hooks.alert import Alert


class Template(Protocol):
    """Reads alerts; api.application.hooks.HookTemplate, and what reads."""

    def read(self, body: str, defaults: HookDefaults) -> Alert:
        """The alert of a body. Raises BadAlert."""
        ...

    def texts(self, defaults: HookDefaults) -> Sequence[AlertText]:
        """Texts to put into alerts."""
        ...

    def warnings(self, defaults: HookDefaults) -> Sequence[str]:
        """What to know of such a hook before it is used."""
        ...

    def require_fields(self, defaults: HookDefaults) -> None:
        """Refuse fields that the template does not know. Raises Invalid."""
        ...
