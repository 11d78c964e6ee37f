"""swa.json: averages of weights by torch.optim.swa_utils."""

from __future__ import annotations

import torch
from torch.optim import swa_utils

from .common import JsonObject, encode, environment, formula_tensor

UPDATES = 4
CASES = {
    "the plain average": {},
    "the plain average, tensor by tensor": {"avg_fn": swa_utils.get_swa_avg_fn()},
    "the plain average, all at once": {"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()},
    "a moving average": {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.9)},
    "a moving average, tensor by tensor": {"avg_fn": swa_utils.get_ema_avg_fn(0.9)},
    "a moving average with buffers": {"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.9), "use_buffers": True},
}


def _model(dtype: torch.dtype) -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Flatten(), torch.nn.Linear(32, 3)
    ).to(dtype)


@torch.no_grad()
def _fill(model: torch.nn.Module, update: int) -> None:
    """The state of a model at an update: formula data, shifted so that variances are positive."""
    for position, tensor in enumerate(model.state_dict().values()):
        if tensor.dim() == 0:
            tensor.fill_(update)
        else:
            tensor.copy_(formula_tensor(tensor.shape, 1000 * update + 100 * position) + 1)


def _batches(dtype: torch.dtype) -> list[torch.Tensor]:
    return [formula_tensor((size, 1, 6, 6), 20000 + 1000 * size).to(dtype) for size in (4, 2, 3)]


def _case(name: str, options: dict, dtype: torch.dtype) -> JsonObject:
    model = _model(dtype)
    averaged = swa_utils.AveragedModel(model, **options)
    for update in range(UPDATES):
        _fill(model, update)
        averaged.update_parameters(model)
    states = {"average": {key: encode(tensor) for key, tensor in averaged.state_dict().items()}}
    swa_utils.update_bn(_batches(dtype), averaged)
    statistics = {key: encode(tensor) for key, tensor in averaged.named_buffers()}
    averaged.eval()
    output = averaged(_batches(dtype)[0])
    return {"name": name, "dtype": str(dtype).removeprefix("torch."), **states, "statistics": statistics,
            "output": encode(output)}  # fmt: skip


def make() -> JsonObject:
    return {
        "environment": environment(),
        "about": "swa_utils on sequential(conv2d(1, 2, 3), batchNorm2d(2), flatten(), linear(32, 3)). At update u = 0..3 the "
        "p-th tensor of its state dict is formula data from offset 1000 u + 100 p, plus 1 (a scalar: u). `average` is the "
        "state dict of the averaged model after all updates; `statistics` are its buffers after update_bn over batches of "
        "4, 2 and 3 (formula data [n, 1, 6, 6] from offset 20000 + 1000 n), `output` then is that of the first in eval mode. "
        "Moving averages have decay 0.9. Other CPUs differ in the last bits.",
        "cases": [
            *(_case(name, options, torch.float32) for name, options in CASES.items()),
            *(_case(name, CASES[name], torch.float64) for name in ("the plain average", "the plain average, all at once")),
        ],
    }
