"""Alerts as templates read them, without a desk."""

from typing import Any

from api.codec.hooks import Hook, HookDefaults
from api.hooks.commands import content_of
from api.hooks.execution import require_sound
from api.hooks.intent import intent_of
from api.hooks.registry import all_templates
from tests.builders import WALL


def content(template: str, body: str, **defaults: Any) -> dict[str, object]:
    """What an alert says of its command."""
    known = HookDefaults(**defaults)
    hook = Hook("door", "default", template, known, "", WALL)
    alert = all_templates()[template].read(body, known)
    require_sound(alert, hook)
    return dict(content_of(intent_of(alert), alert, hook))
