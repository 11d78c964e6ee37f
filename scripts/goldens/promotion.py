"""promotion.json: result dtypes of mixed operands, and of operations that choose their own."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .common import JsonObject, dtype_name, encode, environment

DTYPES = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
          torch.float32, torch.float64, torch.complex64, torch.complex128)
# Numbers that JavaScript has: 2 is an integer, 2.5 is not.
SCALARS = (True, 2, 2.5)


def _result_types() -> list[JsonObject]:
    entries: list[JsonObject] = []
    for a in DTYPES:
        x = torch.ones(2, dtype=a)
        for b in DTYPES:
            result = {
                "vector": dtype_name((x + torch.ones(2, dtype=b)).dtype),
                "scalarTensor": dtype_name((x + torch.ones((), dtype=b)).dtype),
            }
            entries.append({"a": dtype_name(a), "b": dtype_name(b), **result})
        for scalar in SCALARS:
            entries.append({"a": dtype_name(a), "b": scalar, "scalar": dtype_name((x + scalar).dtype)})
    return entries


# (operation, operands as [dtype, values], further arguments, the same in Python)
def _operations() -> list[tuple[str, list, list, Callable[..., torch.Tensor]]]:
    ints = ["int64", [5, -7, 8]]
    other = ["int64", [2, 2, -3]]
    flags = ["bool", [True, False, True]]
    bytes_ = ["uint8", [250, 10, 0]]
    floats = ["float32", [1.5, -2.5, 0.5]]
    return [
        ("div", [ints, other], [], torch.div),
        ("div", [ints], [2], torch.div),
        ("floorDivide", [ints, other], [], torch.floor_divide),
        ("remainder", [ints, other], [], torch.remainder),
        ("fmod", [ints, other], [], torch.fmod),
        ("add", [ints], [2.5], torch.add),
        ("add", [bytes_], [10], torch.add),
        ("add", [bytes_, ["int64", [10, 10, 10]]], [], torch.add),
        ("add", [bytes_, ["int8", [-1, -1, -1]]], [], torch.add),
        ("add", [flags], [1], torch.add),
        ("add", [flags, flags], [], torch.add),
        ("mul", [flags, floats], [], torch.mul),
        ("mul", [ints], [1.5], torch.mul),
        ("pow", [ints], [2], torch.pow),
        ("pow", [ints], [0.5], torch.pow),
        ("eq", [ints, floats], [], torch.eq),
        ("lt", [floats], [1], torch.lt),
        ("logicalAnd", [ints, flags], [], torch.logical_and),
        ("bitwiseAnd", [ints, other], [], torch.bitwise_and),
        ("sum", [flags], [], torch.sum),
        ("sum", [bytes_], [], torch.sum),
        ("prod", [["int32", [2, 3, 4]]], [], torch.prod),
        ("mean", [floats], [], torch.mean),
        ("argmax", [floats], [], torch.argmax),
        ("cumsum", [flags], [0], torch.cumsum),
        ("sqrt", [ints], [], torch.sqrt),
        ("exp", [["bool", [True, False]]], [], torch.exp),
        ("neg", [bytes_], [], torch.neg),
        ("abs", [ints], [], torch.abs),
        ("round", [floats], [], torch.round),
        ("maximum", [ints, floats], [], torch.maximum),
    ]


def make() -> JsonObject:
    ops = []
    for name, operands, extra, function in _operations():
        tensors = [torch.tensor(values, dtype=getattr(torch, dtype)) for dtype, values in operands]
        ops.append({"op": name, "operands": [encode(t) for t in tensors], "args": extra,
                    "result": encode(function(*tensors, *extra))})
    return {
        "environment": environment(),
        "about": "resultTypes: dtype of a + b, where a is a vector and b a vector of another dtype (vector), a tensor "
        "without dimensions (scalarTensor), or a number (scalar). ops: result of <op>(...operands, ...args).",
        "resultTypes": _result_types(),
        "ops": ops,
    }
