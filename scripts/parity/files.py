"""Files of torch.save inside a frame."""

from __future__ import annotations

import io

import torch

from .container import Payload
from .encode import Json


def saved(value: object, payload: Payload) -> Json:
    """Writes a file with `value` into the payload; where it lies there."""
    file = io.BytesIO()
    torch.save(value, file)
    data = file.getvalue()
    return {"at": payload.add(data), "bytes": len(data)}
