"""One byte string for one value, so that equal values seal, sign and hash alike."""

import json
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical_json(value: Any) -> bytes:
    """Compact JSON with sorted keys: equal values give equal bytes. NaN and types JSON lacks are refused."""
    return _encode(value).encode()
