"""amp.json: a small net under autocast, and gradient scaling over fifty steps with overflows in between."""

from __future__ import annotations

import torch
from torch import nn

from .common import JsonObject, camel_keys, digest, encode, environment, formula_tensor

NET_STEPS = 4
SCALER_STEPS = 50
# Steps whose gradients are made infinite, or NaN.
INFINITE = (0, 1, 7, 20, 21, 40)
NAN = (12, 33)

SCALERS: tuple[tuple[str, dict], ...] = (
    ("sgd", {"lr": 0.1, "momentum": 0.9}),
    # No momentum: PyTorch's fused SGD leaves the buffer uninitialized where the first step overflows.
    ("sgd", {"lr": 0.1, "weight_decay": 0.01, "fused": True}),
    ("adamw", {"lr": 0.01}),
    ("adamw", {"lr": 0.01, "fused": True}),
    ("adam", {"lr": 0.01, "fused": True, "amsgrad": True}),
    ("adagrad", {"lr": 0.1}),
    ("rmsprop", {"lr": 0.01}),
)
CLASSES = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
}


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.bn = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8 * 6 * 6, 5)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        a = self.conv(x)
        b = self.bn(a)
        c = self.fc(b.relu().flatten(1))
        return [a, b, c, c.softmax(1)]


def _autocast(dtype: torch.dtype) -> JsonObject:
    torch.manual_seed(0)
    net = Net().train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    target = torch.arange(4) % 5
    losses = []
    for step in range(NET_STEPS):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype):
            results = net(formula_tensor([4, 3, 6, 6], 1000 * step))
            loss = nn.functional.nll_loss(results[-1].log(), target)
        loss.backward()
        losses.append(loss.item())
        gradients = {name: digest(param.grad) for name, param in net.named_parameters()}
        optimizer.step()
    return {
        "dtype": str(dtype).removeprefix("torch."),
        "dtypes": [str(each.dtype).removeprefix("torch.") for each in (*results, loss)],
        "losses": losses,
        "results": [digest(each) for each in results],
        "probabilities": encode(results[-1]),
        "gradients": gradients,
        "stateDict": {name: digest(value) for name, value in net.state_dict().items()},
    }


def _scaler(name: str, settings: dict, *, unscale: bool) -> JsonObject:
    params = [(formula_tensor(shape, 100 * i) * 2).requires_grad_() for i, shape in enumerate(([3, 2], [4]))]
    optimizer = CLASSES[name](params, **settings)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_factor=3.0, backoff_factor=0.25, growth_interval=4)
    scales = []
    for step in range(SCALER_STEPS):
        optimizer.zero_grad()
        loss = sum((param * formula_tensor(list(param.shape), 1000 * (step + 1) + 100 * i)).sum() for i, param in enumerate(params))
        scaler.scale(loss).backward()
        if step in INFINITE:
            params[step % 2].grad.view(-1)[1] = float("inf")
        if step in NAN:
            params[step % 2].grad.view(-1)[0] = float("nan")
        if unscale:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(params, 1.0)
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return {
        "name": name,
        "options": camel_keys(settings),
        "unscale": unscale,
        "scales": scales,
        "weights": [encode(param) for param in params],
        "state": [
            [[key, encode(value)] for key, value in record.items() if value is not None]
            for record in optimizer.state_dict()["state"].values()
        ],
        "stateDict": list(scaler.state_dict().items()),
    }


def make() -> JsonObject:
    return {
        "environment": environment(),
        "about": "`autocast`: manual_seed(0); conv2d(3, 8, 3, padding 1), batchNorm2d(8), relu, flatten, linear(288, 5), "
        "softmax in train mode under autocast on CPU; SGD lr 0.1; at step s the input is formula([4, 3, 6, 6], 1000 s), the loss "
        "nll_loss(log(probabilities), [0, 1, 2, 3]). Results, dtypes and gradients of the last step, state dict after it. "
        "`scaler`: parameter i of shape [3, 2], [4] starts as formula(shape, 100 i) * 2, the loss of step s is the sum of parameters "
        f"times formula(shape, 1000 (s + 1) + 100 i); {SCALER_STEPS} steps with a scaler (1024, growth 3, backoff 0.25, interval 4); "
        f"at steps {list(INFINITE)} element 1 of the gradient of parameter s mod 2 is infinite, at {list(NAN)} element 0 is NaN; "
        "`unscale`: unscale_ and clip_grad_norm_(1) before the step.",
        "infinite": list(INFINITE),
        "nan": list(NAN),
        "autocast": [_autocast(dtype) for dtype in (torch.bfloat16, torch.float16)],
        "scaler": [_scaler(name, settings, unscale=unscale) for name, settings in SCALERS for unscale in (False, True)],
    }
