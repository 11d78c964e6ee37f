"""printing.json: the text PyTorch prints for tensors of every kind, with its default print options and with others."""

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


def _edge_values() -> list[torch.Tensor]:
    """Signs, halves, extremes and mixes, in every dtype whose bytes a golden can hold."""
    return [
        torch.tensor([-0.0]), torch.tensor(-0.0), torch.tensor([-0.0, 1e-9]), torch.tensor([0.00005, 0.00015, -0.5]),
        torch.tensor([0.03125, 2.00005]), torch.tensor([0.5, 1.5, 2.5, -2.5]), torch.tensor([inf, 1.0]), torch.tensor([nan, 1e9]),
        torch.tensor([nan, -inf, 0.0]), torch.tensor([1e-45, 1.0]), torch.tensor([1000.0, 1.0, 0.9999]), torch.tensor([1001.5, 1.0]),
        torch.tensor([1e22, 1e-300], dtype=torch.float64), torch.tensor([123456789.0, 2.0], dtype=torch.float64),
        torch.tensor([-(2**63), 2**63 - 1]), torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        torch.tensor([-128, 127], dtype=torch.int8), torch.tensor([0, 65535], dtype=torch.uint16),
        torch.tensor([2**32 - 1], dtype=torch.uint32), torch.tensor([2**64 - 1, 0], dtype=torch.uint64),
        torch.tensor([65504.0, 1.0], dtype=torch.float16), torch.tensor([6e-8, 0.25], dtype=torch.float16),
        torch.tensor([1e38, -1.0, nan], dtype=torch.bfloat16), torch.tensor([[0.5, 448.0], [-1.0, 2.0]]).to(torch.float8_e4m3fn),
        torch.tensor([1.0, 0.25, -57344.0]).to(torch.float8_e5m2), torch.tensor([-0.0 + 0j, complex(-1, -0.0), complex(nan, -inf)]),
        torch.tensor([[1e10 + 1j, 1 - 1e-9j]]), torch.tensor([1 + 0.5j, 2 - 1j], dtype=torch.complex32),
        torch.complex(torch.arange(1100.0), -torch.arange(1100.0)), torch.zeros(3, 0, 2), torch.zeros(0, dtype=torch.complex64),
        torch.arange(1300.0).reshape(13, 100) - 650, torch.full([2, 2], 0.12345678), torch.tensor([[[[1.5]]]]),
        torch.tensor([12345.678, 0.5]), torch.randint(0, 2, [7, 200], generator=torch.Generator().manual_seed(0)).bool(),
    ]


_OPTIONS: list[dict[str, object]] = [
    {"precision": 2}, {"precision": 0}, {"precision": 10}, {"sci_mode": True}, {"sci_mode": False},
    {"sci_mode": True, "precision": 0}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1}, {"threshold": 5, "edgeitems": 0},
    {"edgeitems": 0}, {"linewidth": 30}, {"linewidth": 1}, {"profile": "short"}, {"profile": "full"},
    {"profile": "short", "precision": 6},
]


def _option_cases() -> list[JsonObject]:
    tensors = [
        torch.tensor([1.25, -2.5, 3.125]), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1e22, 1.0], dtype=torch.float64),
        torch.tensor([0.5, -0.0, nan, inf]), torch.arange(24.0).reshape(2, 3, 4) / 7, torch.arange(12), torch.tensor(0.125),
        torch.tensor([1 + 0.5j, -2j]), torch.arange(1200) % 7, torch.tensor([True, False]), torch.zeros(2, 0),
    ]
    cases = []
    for options in _OPTIONS:
        torch.set_printoptions(**options)
        cases += [{"options": options, "tensor": encode(tensor), "text": repr(tensor)} for tensor in tensors]
        torch.set_printoptions(profile="default")
    return cases


def _kinds() -> list[JsonObject]:
    """Tensors that are not plain memory; the reader builds them by the same names."""
    eye = torch.eye(3)
    quantized = torch.quantize_per_tensor(torch.tensor([0.5, -1.0, 2.0]), 0.1, 10, torch.quint8)
    scales, points = torch.tensor([0.1, 0.00001], dtype=torch.float64), torch.tensor([0, 3])
    kinds = {
        "coo": eye.to_sparse(),
        "coo64": eye.double().to_sparse(),
        "cooEmpty": torch.zeros(2, 3).to_sparse(),
        "cooGrad": eye.to_sparse().requires_grad_(),
        "cooHybrid": torch.arange(6.0).reshape(3, 2).to_sparse(1),
        "csr": eye.to_sparse_csr(),
        "csc": eye.to_sparse_csc(),
        "bsr": torch.ones(4, 4).to_sparse_bsr([2, 2]),
        "bsc": torch.ones(4, 4).to_sparse_bsc([2, 2]),
        "mkldnn": torch.ones(2, 2).to_mkldnn(),
        "quantized": quantized,
        "perChannel": torch.quantize_per_channel(torch.tensor([[0.5, 1.0], [2.0, 0.0]]), scales, points, 0, torch.qint8),
        "meta": torch.empty(2, 3, device="meta"),
        "metaInt": torch.empty(5, device="meta", dtype=torch.int64),
        "conj": torch.tensor([1 + 2j, 3 - 1j]).conj(),
        "neg": torch.tensor([1 + 2j, 3 - 1j]).conj().imag,
        "transposed": torch.arange(6).reshape(2, 3).t(),
        "expanded": torch.tensor([1.5]).expand(2, 3),
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "wideGrad": torch.arange(10.0).requires_grad_() * 1.5,
        "line80": torch.arange(13.0).requires_grad_(),
    }
    return [{"kind": kind, "text": repr(tensor)} for kind, tensor in kinds.items()]


def _case(tensor: torch.Tensor, requires_grad: bool = False, op: str | None = None) -> JsonObject:
    leaf = tensor.clone().requires_grad_(requires_grad)
    printed = leaf if op is None else getattr(leaf, op)()
    return {"tensor": encode(tensor), "requiresGrad": requires_grad, "op": op, "text": repr(printed)}


def make() -> JsonObject:
    x = torch.tensor([1.0, 4.0])
    plain = [*_float_tensors(), *_other_dtypes(), *_long_tensors(), *_edge_values()]
    return {
        "environment": environment(),
        "about": "repr() with the default print options: precision 4, threshold 1000, 3 edge items, 80 columns. Where op "
        "is set, it is the name of the method whose result was printed. `options` are arguments of set_printoptions.",
        "cases": [
            *[_case(tensor) for tensor in plain],
            _case(x, True),
            _case(torch.tensor(2.0), True),
            _case(torch.arange(2000.0), True),
            _case(x.double(), True),
            *[_case(x, True, op) for op in ("sqrt", "sum", "detach", "clone")],
        ],
        "options": _option_cases(),
        "kinds": _kinds(),
    }
