"""What every maker of goldens shares: encodings, formula data and the environment header.

The encodings are described in test/goldens/README.md.
"""

from __future__ import annotations

import base64
import hashlib
import platform
from pathlib import Path

import torch

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDENS = REPOSITORY / "test" / "goldens"
PHOTOS = REPOSITORY / "examples" / "photos"

JsonObject = dict[str, object]


def fix_environment() -> None:
    """One thread and deterministic kernels, so that two runs on one machine give the same bits."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def environment(**more: str) -> JsonObject:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        **more,
        "cpuCapability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def raw_bytes(tensor: torch.Tensor) -> bytes:
    """The contiguous little-endian bytes; numpy lacks bfloat16, so the bytes are viewed as uint8."""
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def encode(tensor: torch.Tensor) -> JsonObject:
    return {
        "dtype": dtype_name(tensor.dtype),
        "shape": list(tensor.shape),
        "data": base64.b64encode(raw_bytes(tensor)).decode("ascii"),
    }


def digest(tensor: torch.Tensor, slice_shape: tuple[int, ...] | None = None) -> JsonObject:
    """Shape and sha256; with `slice_shape` also that many values out of the middle."""
    result: JsonObject = {
        "dtype": dtype_name(tensor.dtype),
        "shape": list(tensor.shape),
        "sha256": hashlib.sha256(raw_bytes(tensor)).hexdigest(),
    }
    if slice_shape is not None:
        lengths = [min(n, size) for n, size in zip(slice_shape, tensor.shape, strict=True)]
        starts = [(size - n) // 2 for n, size in zip(lengths, tensor.shape, strict=True)]
        part = tensor
        for dim, (start, length) in enumerate(zip(starts, lengths, strict=True)):
            part = part.narrow(dim, start, length)
        result["at"] = starts
        result["slice"] = encode(part)
    return result


def formula_tensor(shape: tuple[int, ...] | list[int], offset: int = 0) -> torch.Tensor:
    """Pseudo-random float32 values in [-0.5, 0.5) that need no generator; see the README of the goldens."""
    count = 1
    for size in shape:
        count *= size
    k = torch.arange(offset, offset + count, dtype=torch.int64)
    mixed = (k * 2654435761) & 0xFFFFFFFF
    return ((mixed >> 8).to(torch.float64) / 2**24 - 0.5).to(torch.float32).reshape(shape)


def camel(name: str) -> str:
    """This library's name of an option or method: max_lr -> maxLr, log_normal_ -> logNormal_."""
    first, *rest = name.removesuffix("_").split("_")
    return first + "".join(word.capitalize() for word in rest) + ("_" if name.endswith("_") else "")


def camel_keys(options: dict[str, object]) -> JsonObject:
    return {camel(key): value for key, value in options.items()}
