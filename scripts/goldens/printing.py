"""printing.json: the text PyTorch prints for a tensor, with its default print options."""

from __future__ import annotations

import torch

from .common import JsonObject, encode, environment

nan, inf = float("nan"), float("inf")


def _float_tensors() -> list[torch.Tensor]:
    values: list[object] = [
        3.0, -0.5, 0.1, 1e10, 1e-10, nan, inf, [], [0.0], [-0.0, 0.0], [1.0, 2.0, 3.0], [1.0, 2.5, -3.25],
        [0.1, 0.22, 0.333, 0.44444], [1e-5, 1.0], [1e5, 1.0], [1e8, 1.0, 0.5], [1e8, 2e8], [123456.0, 0.001],
        [99999.0, 1.5], [nan, 1.0], [inf, -inf, nan], [nan, 1.5, -inf], [nan], [1e-40, 1.0], [3.4028234663852886e38],
        [[1.0, -2.0], [3.5, 4.25]], [[1e6, 2.0], [3.0, 4.0]], [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.5]]],
        [[0.1], [0.2]], [[], []],
    ]
    return [torch.tensor(value) for value in values]


def _other_dtypes() -> list[torch.Tensor]:
    return [
        torch.tensor(7), torch.tensor([1, -20, 300]), torch.tensor([[1, 2], [30, -4]]), torch.tensor([2**62, -1]),
        torch.tensor([1, 2], dtype=torch.int32), torch.tensor([0, 255], dtype=torch.uint8),
        torch.tensor([-1, 1], dtype=torch.int8), torch.tensor([-5], dtype=torch.int16),
        torch.tensor(True), torch.tensor([True, False]), torch.tensor([[True], [False]]),
        torch.tensor([1.0, 2.5], dtype=torch.float64), torch.tensor(0.1, dtype=torch.float64),
        torch.tensor([0.1, 1000.0], dtype=torch.float16), torch.tensor([0.1, 3.0], dtype=torch.bfloat16),
        torch.tensor([1 + 2j, -0.5 - 1j]), torch.tensor(1j), torch.tensor([1 + 1j], dtype=torch.complex128),
        torch.tensor([complex(nan, inf), 0j]), torch.zeros(0, dtype=torch.int64), torch.zeros(2, 0), torch.zeros(0, 3),
        torch.zeros(0, dtype=torch.bool), torch.zeros(1, 0, dtype=torch.float64),
    ]


def _long_tensors() -> list[torch.Tensor]:
    """More than 1,000 elements are summarized; long rows wrap at 80 columns."""
    return [
        torch.arange(20), torch.arange(40.0), torch.arange(30) * 1000, torch.linspace(0, 1, 17), torch.arange(1000),
        torch.arange(1001), torch.arange(2000.0), torch.arange(2000.0).reshape(50, 40) / 8,
        torch.arange(1200, dtype=torch.int16).reshape(4, 5, 60), torch.arange(1280.0).reshape(2, 10, 8, 8),
        torch.arange(1100).reshape(1100, 1), torch.arange(1100).reshape(1, 1100) % 2 == 0,
        torch.cat([torch.zeros(600), torch.full([600], 1e6)]), torch.arange(24.0).reshape(2, 3, 4),
        torch.arange(48).reshape(2, 2, 3, 4),
    ]


def _case(tensor: torch.Tensor, requires_grad: bool = False, op: str | None = None) -> JsonObject:
    leaf = tensor.clone().requires_grad_(requires_grad)
    printed = leaf if op is None else getattr(leaf, op)()
    return {"tensor": encode(tensor), "requiresGrad": requires_grad, "op": op, "text": repr(printed)}


def make() -> JsonObject:
    x = torch.tensor([1.0, 4.0])
    plain = [*_float_tensors(), *_other_dtypes(), *_long_tensors()]
    return {
        "environment": environment(),
        "about": "repr() with the default print options: precision 4, threshold 1000, 3 edge items, 80 columns. Where op "
        "is set, it is the name of the method whose result was printed.",
        "cases": [
            *[_case(tensor) for tensor in plain],
            _case(x, True),
            _case(torch.tensor(2.0), True),
            _case(torch.arange(2000.0), True),
            _case(x.double(), True),
            *[_case(x, True, op) for op in ("sqrt", "sum", "detach", "clone")],
        ],
    }
