"""Public names of PyTorch's functions, `torch.linalg.svd` or `torch.Tensor.add_`."""

from __future__ import annotations

import types
from collections.abc import Callable

import torch
from torch.testing._internal.opinfo.core import OpInfo

# In the order of preference: linalg.det before det, both of which are one function for Python.
_NAMESPACES = {
    "torch": torch,
    "torch.nn.functional": torch.nn.functional,
    "torch.linalg": torch.linalg,
    "torch.fft": torch.fft,
    "torch.special": torch.special,
    "torch.sparse": torch.sparse,
    "torch.Tensor": torch.Tensor,
}
# Where the functions of a namespace really live, and what their names begin with there.
_HIDDEN = {
    torch._C._nn: ("torch.nn.functional", ""),
    torch._C._linalg: ("torch.linalg", "linalg_"),
    torch._C._fft: ("torch.fft", "fft_"),
    torch._C._special: ("torch.special", "special_"),
    torch._C._sparse: ("torch.sparse", "sparse_"),
}
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)


def _collect() -> dict[object, str]:
    found: dict[object, str] = {}

    def note(function: object, name: str) -> None:
        if isinstance(function, _FUNCTIONS):
            found.setdefault(function, name)

    for private in (False, True):
        for namespace, module in _NAMESPACES.items():
            for name in dir(module):
                if name.startswith("_") == private:
                    note(getattr(module, name, None), f"{namespace}.{name}")
    for module, (namespace, prefix) in _HIDDEN.items():
        for name in dir(module):
            note(getattr(module, name), f"{namespace}.{name.removeprefix(prefix)}")
    for name in dir(torch._C._VariableFunctions):
        note(getattr(torch._C._VariableFunctions, name), f"torch.{name}")
    return found


_NAMES = _collect()


def name_of(function: object, args: tuple, kwargs: dict) -> str | None:
    """The public name of a function or method; `torch.ops.aten.add.Tensor` of an operator, for these arguments."""
    if isinstance(function, torch._ops.OpOverload):
        return f"torch.ops.{function}"
    if isinstance(function, torch._ops.OpOverloadPacket):
        return _overload(function._qualified_op_name, args, kwargs)
    name = _NAMES.get(function) if isinstance(function, _FUNCTIONS) else None
    if name is not None and name.startswith("torch._"):
        # Private functions are operators of the same name.
        return _overload(f"aten::{name.removeprefix('torch.')}", args, kwargs)
    return name


def function_name(value: object) -> str | None:
    """The public name of a function that is given as an argument."""
    return _NAMES.get(value) if isinstance(value, _FUNCTIONS) else None


def _overload(operator: str, args: tuple, kwargs: dict) -> str:
    overload = torch._C._jit_resolve_packet(operator, *args, **kwargs)
    return f"torch.ops.{operator.replace('::', '.')}.{overload or 'default'}"


def is_direct(op: OpInfo) -> bool:
    """Whether the database calls a function of PyTorch as it is, rather than a lambda or Python code around some."""
    if isinstance(op.op, (torch._ops.OpOverload, torch._ops.OpOverloadPacket)):
        return True
    return public_name(op) is not None or isinstance(op.op, _FUNCTIONS) and op.op in _NAMES


def public(name: str) -> Callable | None:
    """The function or method (`x.add_`) of a name; None where there is none."""
    namespace, _, last = name.rpartition(".")
    namespace = "torch.Tensor" if namespace == "x" else namespace
    function = getattr(_NAMESPACES.get(namespace), last, None)
    return function if isinstance(function, _FUNCTIONS) else None


def public_name(op: OpInfo) -> str | None:
    """The name under which the database knows the operator, if that is the function that it calls."""
    name = f"torch.{op.name}"
    return name if op.op is not None and public(name) is op.op else None
