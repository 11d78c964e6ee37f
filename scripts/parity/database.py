"""PyTorch's database of operator samples."""

from __future__ import annotations

import contextlib
import random
import warnings
import zlib
from collections.abc import Iterator

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import OpInfo, SampleInput

warnings.filterwarnings("ignore")

DTYPES = {"float32": torch.float32, "int64": torch.int64, "bool": torch.bool, "complex64": torch.complex64}

# Compile CUDA source at run time: no such thing exists on the CPU.
_SKIPPED = ("jiterator_",)


def operators() -> list[OpInfo]:
    return [op for op in op_db if not op.name.startswith(_SKIPPED)]


def full_name(op: OpInfo) -> str:
    return f"{op.name}.{op.variant_test_name}" if op.variant_test_name else op.name


@contextlib.contextmanager
def reproducible(text: str) -> Iterator[None]:
    """Seeds all generators, and makes torch.empty fill what it returns, while samples are made."""
    number = zlib.crc32(text.encode())
    torch.manual_seed(number)
    np.random.seed(number)
    random.seed(number)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


def samples(op: OpInfo, dtype: torch.dtype, requires_grad: bool) -> list[SampleInput]:
    """The samples of an operator, the same in every run (with PYTHONHASHSEED: the database iterates over sets)."""
    with reproducible(f"{full_name(op)} {dtype}"):
        return list(op.sample_inputs("cpu", dtype, requires_grad=requires_grad))


def error_samples(op: OpInfo) -> list:
    with reproducible(f"{full_name(op)} errors"):
        return list(op.error_inputs("cpu")) if op.error_inputs_func is not None else []


def is_differentiable(op: OpInfo, dtype: torch.dtype) -> bool:
    return op.supports_autograd and dtype in op.supported_backward_dtypes("cpu")
