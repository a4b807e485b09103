"""JSON of what may be long, made bit by bit: the encoder lets no other thread run before it is done."""

import json
from typing import Any

_LONG = 200
_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def long_json(value: Any) -> str:
    """Compact JSON text of plain data: of a long list, at the top or in an object there, each item by itself."""
    if _is_long(value):
        return f"[{','.join(map(_encoder.encode, value))}]"
    if isinstance(value, dict) and any(map(_is_long, value.values())):
        return f"{{{','.join(f'{_encoder.encode(name)}:{long_json(item)}' for name, item in value.items())}}}"
    return _encoder.encode(value)


def _is_long(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) > _LONG
