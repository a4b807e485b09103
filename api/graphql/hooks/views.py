"""How hooks are made from the records of the application."""

from collections.abc import Mapping

from api.application import hooks
from api.codec import hooks as records
from api.graphql.hooks.types import AlertText, Hook, HookDelivery, HookName


def hook(record: records.Hook, templates: Mapping[str, hooks.HookTemplate]) -> Hook:
    """A hook, with the texts of its template if that is installed."""
    defaults, template = record.defaults, templates.get(record.template)
    texts = [] if template is None else template.texts(defaults)
    return Hook(
        name=record.name,
        account=record.account,
        template=record.template,
        stop_percent=defaults.stop_percent,
        target1_r=defaults.target1_r,
        target1_percent=defaults.target1_percent,
        risk_percent=defaults.risk_percent,
        quantity=defaults.quantity,
        asset_class=defaults.asset_class,
        symbols=_names(defaults.symbols),
        fields=_names(defaults.fields),
        created_at=record.created_at,
        revoked_at=record.revoked_at,
        delivery_count=record.deliveries,
        texts=[AlertText(title=text.title, text=text.text, is_json=text.is_json) for text in texts],
        warnings=[] if template is None else list(template.warnings(defaults)),
    )


def _names(given: Mapping[str, str]) -> list[HookName]:
    return [HookName(name=name, meaning=meaning) for name, meaning in given.items()]


def delivery(record: records.AlertDelivery) -> HookDelivery:
    """An alert, and what became of it."""
    return HookDelivery(
        number=record.number,
        received_at=record.received_at,
        status=record.status,
        code=record.code,
        message=record.message,
        command=None if record.kind is None else record.kind.value,
        signal_id=record.signal_id,
        excerpt=record.excerpt,
    )
