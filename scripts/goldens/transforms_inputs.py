"""Images that the goldens of transforms are made from, and what is kept of what becomes of them."""

from __future__ import annotations

import hashlib

import numpy
import torch
from PIL import Image

from goldens.common import PHOTOS, JsonObject, dtype_name, raw_bytes

_INTEGERS = {torch.int8: 7, torch.int16: 15, torch.uint16: 16, torch.int32: 31, torch.int64: 63}


def decode(path: str) -> torch.Tensor:
    with Image.open(PHOTOS / path) as picture:
        return torch.from_numpy(numpy.array(picture.convert("RGB"))).permute(2, 0, 1).contiguous()


def formula_bytes(shape: tuple[int, ...], offset: int = 0) -> torch.Tensor:
    """The upper byte of the formula's numbers; see the README of the goldens. Values range over 0 ... 255."""
    count = int(numpy.prod(shape))
    k = torch.arange(offset, offset + count, dtype=torch.int64)
    return (((k * 2654435761) & 0xFFFFFFFF) >> 24).to(torch.uint8).reshape(shape)


def in_dtype(pixels: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Bytes as another type: divided by 255, or shifted so that they fill the upper bits."""
    if dtype == torch.uint8:
        return pixels
    if dtype.is_floating_point:
        return pixels.to(torch.float32).div(255).to(dtype)
    bits = _INTEGERS[dtype]
    wide = pixels.to(torch.int64)
    return (wide >> 1 if bits == 7 else wide << (bits - 8)).to(dtype)


def brief(tensor: torch.Tensor) -> JsonObject:
    """Type, shape and the beginning of the sha256 of the bytes."""
    digest = hashlib.sha256(raw_bytes(tensor)).hexdigest()
    return {"dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape), "sha256": digest[:16]}


def generator_state() -> str:
    """The beginning of the sha256 of the state of torch's default generator."""
    return hashlib.sha256(raw_bytes(torch.get_rng_state())).hexdigest()[:16]
