"""Python values as JSON. scripts/parity/decode.ts is the other half.

    null, true, "text", 3          None, bool, str, int
    {"int": "9007199254740993"}    an int beyond 2**53
    {"float": 2}                   a float: JSON does not tell 2 from 2.0; inf, nan and -0.0 as text
    {"complex": [re, im]}
    [...]                          list, tuple, torch.Size
    {"dict": {...}}
    {"tensor": 3}                  entry 3 of the sample's tensors
    {"result": [1, 0]}             part 0 of what call 1 has returned
    {"dtype": "float32"}, {"device": "cpu"}, {"layout": "strided"}, {"format": "channels_last"}
    {"positions": [0, 2]}          a list in an index
    {"slice": [start, stop, step]}, {"ellipsis": true}, {"generator": 42}
    {"function": "torch.nn.functional.pairwise_distance"}
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch

from .container import Payload
from .names import function_name

Json = object
SAFE_INTEGER = 2**53 - 1
LAYOUTS = {torch.sparse_csr: ("crow_indices", "col_indices"), torch.sparse_csc: ("ccol_indices", "row_indices"),
           torch.sparse_bsr: ("crow_indices", "col_indices"), torch.sparse_bsc: ("ccol_indices", "row_indices")}


class Unencodable(Exception):
    """A value that has no counterpart in JavaScript, such as a Python function."""


def bare_name(value: object) -> str:
    return str(value).removeprefix("torch.")


def _float(value: float) -> Json:
    if not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0):
        return repr(value)
    return int(value) if value.is_integer() and abs(value) <= SAFE_INTEGER else value


def encode(value: object, tensor: Callable[[torch.Tensor], Json]) -> Json:
    """`tensor` encodes the tensors."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, torch.Tensor):
        return tensor(value)
    if isinstance(value, np.generic):
        return encode(value.item(), tensor)
    if isinstance(value, int):
        return int(value) if abs(value) <= SAFE_INTEGER else {"int": str(value)}
    if isinstance(value, float):
        return {"float": _float(value)}
    if isinstance(value, complex):
        return {"complex": [_float(value.real), _float(value.imag)]}
    if isinstance(value, (list, tuple)):
        return [encode(element, tensor) for element in value]
    if isinstance(value, dict):
        return {"dict": {key: encode(element, tensor) for key, element in value.items()}}
    if isinstance(value, torch.dtype):
        return {"dtype": bare_name(value)}
    if isinstance(value, torch.device):
        return {"device": str(value)}
    if isinstance(value, torch.layout):
        return {"layout": bare_name(value)}
    if isinstance(value, torch.memory_format):
        return {"format": bare_name(value)}
    if isinstance(value, slice):
        return {"slice": [encode(part, tensor) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, torch.Generator):
        return {"generator": value.initial_seed()}
    if type(value) is torch.nn.PairwiseDistance and repr(value) == "PairwiseDistance()":
        return {"function": "torch.nn.functional.pairwise_distance"}
    function = function_name(value)
    if function is not None:
        return {"function": function}
    raise Unencodable(f"a {type(value).__name__} has no counterpart in JavaScript")


def field_names(value: object) -> list[str] | None:
    """Names of a named tuple's elements."""
    if not isinstance(value, tuple):
        return None
    if hasattr(value, "_fields"):
        return list(value._fields)
    return list(type(value).__match_args__) if type(value).__module__ == "torch.return_types" else None


class Tensors:
    """The tensors of one frame, and their bytes."""

    def __init__(self) -> None:
        self.payload = Payload()

    def describe(self, tensor: torch.Tensor, *, shared: dict[int, dict[str, Json]] | None = None) -> dict[str, Json]:
        """A strided tensor's dtype, shape, strides and bytes; a sparse tensor's parts.

        With `shared` all of its storage is written, once: `shared` notes where.
        """
        tensor = tensor.detach()
        if type(tensor) is not torch.Tensor and type(tensor) is not torch.nn.Parameter or tensor.is_nested:
            raise Unencodable(f"a {type(tensor).__name__} has no counterpart in JavaScript")
        if tensor.layout == torch.sparse_coo:
            parts = [tensor._indices(), tensor._values()]
            return self._sparse(tensor, parts) | {"coalesced": tensor.is_coalesced()}
        if tensor.layout in LAYOUTS:
            return self._sparse(tensor, [*(getattr(tensor, name)() for name in LAYOUTS[tensor.layout]), tensor.values()])
        if tensor.layout != torch.strided or tensor.is_quantized:
            raise Unencodable(f"a tensor of layout {tensor.layout} and dtype {tensor.dtype}")
        return self._strided(tensor, shared)

    def _sparse(self, tensor: torch.Tensor, parts: list[torch.Tensor]) -> dict[str, Json]:
        return {"layout": bare_name(tensor.layout), "shape": list(tensor.shape), "dtype": bare_name(tensor.dtype),
                "parts": [self.describe(part) for part in parts]}

    def _strided(self, tensor: torch.Tensor, shared: dict[int, dict[str, Json]] | None) -> dict[str, Json]:
        result: dict[str, Json] = {"dtype": bare_name(tensor.dtype), "shape": list(tensor.shape)}
        if tensor._is_zerotensor():
            tensor = torch.zeros_like(tensor)
        if tensor.is_conj():
            result["conj"] = True
            tensor = tensor.conj()
        if tensor.is_neg():
            result["neg"] = True
            tensor = torch._neg_view(tensor)
        if shared is not None or tensor.stride() != torch.empty(tensor.shape, device="meta").stride():
            result["stride"] = list(tensor.stride())
        if tensor.device.type == "meta":
            return result | {"device": "meta"}
        if shared is None:
            return result | self._bytes(spanned(tensor))
        memory = storage_of(tensor)
        result["offset"] = tensor.storage_offset()
        if memory.data_ptr() not in shared:
            shared[memory.data_ptr()] = self._bytes(memory)
        return result | shared[memory.data_ptr()]

    def _bytes(self, elements: torch.Tensor) -> dict[str, Json]:
        data = elements.view(torch.uint8).numpy().tobytes()
        return {"at": self.payload.add(data), "bytes": len(data)}


def storage_of(tensor: torch.Tensor) -> torch.Tensor:
    """All elements of a tensor's storage, in one dimension."""
    return tensor.as_strided((tensor.untyped_storage().nbytes() // tensor.element_size(),), (1,), 0)


def spanned(tensor: torch.Tensor) -> torch.Tensor:
    """The elements from a tensor's first to its last, gaps between them included, in one dimension."""
    count = 0 if tensor.numel() == 0 else 1 + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride(), strict=True))
    flat = tensor.as_strided((count,), (1,))
    return flat if flat.data_ptr() % max(1, tensor.element_size()) == 0 else flat.clone()
