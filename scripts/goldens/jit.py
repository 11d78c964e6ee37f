"""jit.json: TorchScript archives that Python has written, with what they compute, and how Python reads ours."""

# No `from __future__ import annotations`: TorchScript reads them as types.
import base64
import io
import warnings
import zipfile
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch

from .common import JsonObject, encode, environment, formula_tensor


class Net(torch.nn.Module):
    """Parameters, buffers of both kinds, settings, shared weights, and a second method."""

    sizes: List[int]

    def __init__(self) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(4, 3)
        self.tied = torch.nn.Linear(4, 3, bias=False)
        self.tied.weight = self.fc.weight
        self.norm = torch.nn.BatchNorm1d(3)
        self.drop = torch.nn.Dropout(0.5)
        self.register_buffer("scale", torch.tensor(2.0))
        self.register_buffer("shift", torch.tensor(0.5), persistent=False)
        self.sizes = [4, 3]
        self.greeting = "grüße"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(self.norm(self.fc(x) + self.tied(x))) * self.scale + self.shift

    @torch.jit.export
    def encode(self, x: torch.Tensor, times: int = 1, bias: Optional[torch.Tensor] = None) -> torch.Tensor:
        y = self.fc(x) * times
        if bias is not None:
            y = y + bias
        return y


class Boxes(NamedTuple):
    corners: torch.Tensor
    scores: List[float]


class Types(torch.nn.Module):
    """Gives back what it was given, so that each type crosses in both directions."""

    def forward(
        self,
        tensor: torch.Tensor,
        number: float = 0.5,
        count: int = 3,
        flag: bool = True,
        name: str = "x",
        nothing: Optional[torch.Tensor] = None,
    ) -> Tuple[torch.Tensor, float, int, bool, str, Optional[torch.Tensor]]:
        return tensor, number, count, flag, name, nothing

    @torch.jit.export
    def lists(self, a: List[int], b: List[List[float]], c: List[torch.Tensor], d: List[str]) -> Tuple[
        List[int], List[List[float]], List[torch.Tensor], List[str]
    ]:
        return a, b, c, d

    @torch.jit.export
    def dicts(self, a: Dict[str, torch.Tensor], b: Dict[int, float]) -> Tuple[Dict[str, torch.Tensor], Dict[int, float]]:
        return a, b

    @torch.jit.export
    def boxes(self, given: Boxes, factor: float) -> Boxes:
        return Boxes(corners=given.corners * factor, scores=[score * factor for score in given.scores])

    @torch.jit.export
    def place(self, x: torch.Tensor, device: torch.device) -> Tuple[torch.Tensor, torch.device]:
        return x.to(device), device

    @torch.jit.export
    def anything(self, x: Any) -> str:
        if isinstance(x, int):
            return "int"
        if isinstance(x, float):
            return "float"
        if isinstance(x, str):
            return "str"
        if isinstance(x, torch.Tensor):
            return "Tensor"
        if isinstance(x, List[int]):
            return "List[int]"
        if isinstance(x, List[torch.Tensor]):
            return "List[Tensor]"
        return "other"

    @torch.jit.export
    def turn(self, z: complex) -> complex:
        return z * 1j

    @torch.jit.export
    def fail(self, kind: int, x: torch.Tensor) -> torch.Tensor:
        if kind == 0:
            raise ValueError("a bad value")
        if kind == 1:
            raise IndexError("out of range")
        if kind == 2:
            raise NotImplementedError("not yet")
        if kind == 3:
            raise RuntimeError("it went wrong")
        return x.reshape(7, 7)


class Quantized(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", torch.quantize_per_tensor(formula_tensor([2, 3]), 0.01, 3, torch.quint8))

    def forward(self) -> torch.Tensor:
        return self.table.dequantize()


def archive(module: torch.jit.ScriptModule, **extra: str) -> str:
    """The archive without its debug files, which hold the paths of this machine; dates and order are fixed."""
    buffer, clean = io.BytesIO(), io.BytesIO()
    torch.jit.save(module, buffer, _extra_files=extra)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name.endswith(".debug_pkl"):
                continue
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # Small tensors hardly shrink, and readers must know both.
            entry.compress_type = zipfile.ZIP_STORED if "/data/" in name else zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return base64.b64encode(clean.getvalue()).decode("ascii")


def filled(module: torch.nn.Module) -> torch.nn.Module:
    offset = 0
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(formula_tensor(list(parameter.shape), offset))
            offset += parameter.numel()
    return module


def make() -> JsonObject:
    warnings.simplefilter("ignore")
    net = filled(Net()).eval()
    script = torch.jit.script(net)
    x = formula_tensor([5, 4], 200)
    y = script(x)
    (y * y).sum().backward()
    traced = torch.jit.trace(net, (x,))
    frozen = torch.jit.freeze(torch.jit.script(net))
    return {
        "about": "Archives in base64. Net is run on formula data of shape [5, 4] from 200 on.",
        "environment": environment(),
        "archives": {
            "net": archive(script, **{"notes.txt": "grüße"}),
            "traced": archive(traced),
            "frozen": archive(frozen),
            "types": archive(torch.jit.script(Types())),
            "quantized": archive(torch.jit.script(Quantized())),
        },
        "net": {
            "keys": list(script.state_dict()),
            "forward": encode(y),
            "encode": encode(script.encode(x, 3, bias=torch.tensor(1.0))),
            "grad": encode(script.fc.weight.grad),
            "bfloat16": encode(autocast(script, x)),
        },
        "quantized": {"forward": encode(Quantized()())},
    }


def autocast(script: torch.jit.ScriptModule, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        return script.encode(x)
