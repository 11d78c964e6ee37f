"""sgd.json: twenty steps of SGD under seven settings, in float32 and float64."""

from __future__ import annotations

import torch

from .common import JsonObject, camel_keys, dtype_name, encode, environment, formula_tensor

STEPS = 20
SETTINGS = {
    "plain": {"lr": 0.1},
    "momentum": {"lr": 0.1, "momentum": 0.9},
    "momentum dampening": {"lr": 0.1, "momentum": 0.9, "dampening": 0.1},
    "nesterov": {"lr": 0.1, "momentum": 0.9, "nesterov": True},
    "weight decay": {"lr": 0.1, "weight_decay": 0.01},
    "momentum weight decay": {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0005},
    "nesterov weight decay": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.0005},
}


def _net(dtype: torch.dtype) -> torch.nn.Sequential:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    return net.to(dtype)


def _case(name: str, settings: dict, dtype: torch.dtype, inputs: torch.Tensor, target: torch.Tensor) -> JsonObject:
    net = _net(dtype)
    optimizer = torch.optim.SGD(net.parameters(), **settings)
    params = list(net.parameters())
    weights = [[p.detach().clone()] for p in params]
    gradients: list[list[torch.Tensor]] = [[] for _ in params]
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(inputs), target)
        loss.backward()
        for gradient, p in zip(gradients, params, strict=True):
            gradient.append(p.grad.clone())
        optimizer.step()
        losses.append(loss.item())
        for weight, p in zip(weights, params, strict=True):
            weight.append(p.detach().clone())
    buffers = [optimizer.state[p].get("momentum_buffer") for p in params]
    return {
        "name": name,
        "dtype": dtype_name(dtype),
        "options": camel_keys(settings),
        "loss": losses,
        "weights": [encode(torch.stack(weight)) for weight in weights],
        "gradients": [encode(torch.stack(gradient)) for gradient in gradients],
        "momentumBuffers": None if buffers[0] is None else [encode(buffer) for buffer in buffers],
    }


def make() -> JsonObject:
    target = torch.arange(12) % 3
    data = {dtype: formula_tensor([12, 5]).to(dtype) * 4 for dtype in (torch.float32, torch.float64)}
    return {
        "environment": environment(),
        "about": "sequential(linear(5, 4), relu, linear(4, 3)), cross entropy (mean), the whole batch in each of 20 "
        "steps. The four parameters are weight and bias of the first, then of the second layer. Start from weights[0]; "
        "gradients[i] are those that step i used: with them an optimizer can be tested without a net. Matrix products, so all "
        "that follows from them, differ between CPUs in the last bits: 1e-6 relative to the largest value in float32.",
        "data": {dtype_name(dtype): {"input": encode(x), "target": encode(target)} for dtype, x in data.items()},
        "cases": [
            _case(name, settings, dtype, x, target) for dtype, x in data.items() for name, settings in SETTINGS.items()
        ],
    }
