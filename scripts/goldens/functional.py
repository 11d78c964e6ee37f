"""What the goldens of torch.nn.functional share: rows of calls, run in float32 and float64, with their gradients.

A row is one call. Its tensors are formula data (see test/goldens/README.md) or written out; gradients are those of
the first result, whose own gradient is formula data from offset 5000 on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch.nn import functional as F  # noqa: N812  (its name everywhere)

from .common import JsonObject, camel, encode, environment, formula_tensor

DTYPES = (torch.float32, torch.float64)

ABOUT = (
    "Calls of torch.nn.functional after manual_seed(0), in float32 and float64: results, gradients of the arguments "
    "with `grad`, arguments that the call has changed. `exact` results are the same bits on any CPU, the others "
    "1e-6 (float64: 1e-13) relative to the largest value, or to 0.1 if that is less."
)


@dataclass
class T:
    """A floating-point tensor: formula data * mul + add, then log-softmax over the last dimension if asked for."""

    shape: list[int]
    mul: float = 4
    add: float = 0
    grad: bool = True
    dtype: torch.dtype | None = None
    log: bool = False
    transposed: bool = False

    def tensor(self, offset: int, dtype: torch.dtype) -> torch.Tensor:
        x = formula_tensor(self.shape, offset).to(dtype) * self.mul + self.add
        if self.log:
            x = x.log_softmax(-1)
        if self.dtype is not None:
            x = x.to(self.dtype)
        return x.t() if self.transposed else x

    def json(self, offset: int) -> JsonObject:
        result: JsonObject = {"shape": self.shape, "offset": offset}
        defaults = {"mul": 4, "add": 0, "grad": True, "log": False, "transposed": False}
        result |= {key: value for key in defaults if (value := getattr(self, key)) != defaults[key]}
        return result | ({} if self.dtype is None else {"dtype": str(self.dtype)[6:]})


@dataclass
class I:  # noqa: E742
    """A tensor that is written out, of integers unless told otherwise."""

    values: list
    dtype: torch.dtype = torch.int64

    def tensor(self, _offset: int, _dtype: torch.dtype) -> torch.Tensor:
        return torch.tensor(self.values, dtype=self.dtype)

    def json(self, _offset: int) -> JsonObject:
        return {"values": self.values, "dtype": str(self.dtype)[6:]}


@dataclass
class Row:
    """One call; `exact` if its results are the same bits on any CPU."""

    name: str
    args: list
    options: dict = field(default_factory=dict)
    exact: bool = False
    grad: bool = True

    def json(self) -> JsonObject:
        offsets = iter(range(0, 100_000, 1000))
        taken = [(value, next(offsets)) for value in (*self.args, *self.options.values())]
        values = [_json(value, offset) for value, offset in taken]
        args, options = values[: len(self.args)], values[len(self.args) :]
        result: JsonObject = {"fn": camel(self.name), "args": args}
        if options:
            keys = ("randomSamples" if key == "_random_samples" else camel(key) for key in self.options)
            result["options"] = dict(zip(keys, options, strict=True))
        if self.exact:
            result["exact"] = True
        return result | {"results": {str(dtype)[6:]: self._run(taken, dtype) for dtype in DTYPES}}

    def _run(self, taken: list, dtype: torch.dtype) -> JsonObject:
        values = [_value(value, offset, dtype) for value, offset in taken]
        before = [value.detach().clone() if _is_tensor(value) else None for value in values]
        changing = self.name.endswith("_") or self.options.get("inplace", False)
        for (spec, _), value in zip(taken, values, strict=True):
            if isinstance(spec, T) and spec.grad and self.grad and not changing:
                value.requires_grad_()
        torch.manual_seed(0)
        count = len(self.args)
        got = getattr(F, self.name)(*values[:count], **dict(zip(self.options, values[count:], strict=True)))
        outputs = list(got) if isinstance(got, tuple) else [got]
        result: JsonObject = {"outputs": [None if x is None else encode(_plain(x)) for x in outputs]}
        if outputs[0].requires_grad:
            outputs[0].backward(formula_tensor(list(outputs[0].shape), 5000).to(outputs[0].dtype))
            grads = [value.grad if _is_tensor(value) else None for value in values]
            result["grads"] = [None if grad is None else encode(_plain(grad)) for grad in grads]
        changed = {
            str(i): encode(value)
            for i, (value, old) in enumerate(zip(values, before, strict=True))
            if old is not None and value is not outputs[0] and not torch.equal(_bits(value), _bits(old))
        }
        return result | ({"changed": changed} if changed else {})


def _is_tensor(value: object) -> bool:
    return isinstance(value, torch.Tensor)


def _plain(x: torch.Tensor) -> torch.Tensor:
    return x.to_dense() if x.is_sparse else x


def _bits(x: torch.Tensor) -> torch.Tensor:
    return x.detach().contiguous().view(torch.uint8) if x.dim() > 0 else x.detach()


def _value(value: object, offset: int, dtype: torch.dtype) -> object:
    return value.tensor(offset, dtype) if isinstance(value, T | I) else value


def _json(value: object, offset: int) -> object:
    if isinstance(value, T | I):
        return value.json(offset)
    if isinstance(value, float) and math.isinf(value):
        return {"number": "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, F.ScalingType):
        return value.name
    return str(value)[6:] if isinstance(value, torch.dtype) else value


def content(rows: list[Row]) -> JsonObject:
    """The golden file of some rows."""
    # Max-unpooling and some gradients have no deterministic form, which only matters with more than one thread.
    torch.use_deterministic_algorithms(mode=False)
    try:
        return {"environment": environment(), "about": ABOUT, "rows": [row.json() for row in rows]}
    finally:
        torch.use_deterministic_algorithms(mode=True)
