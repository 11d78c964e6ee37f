"""training.json: fifty steps of a small convolutional net, everything together."""

from __future__ import annotations

import torch
from torch import nn

from .common import JsonObject, digest, encode, environment, formula_tensor

STEPS = 50
SHAPE = [8, 3, 16, 16]


def _net() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(16, 5),
    )


def _batch(step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise with a stripe whose place tells the class; five batches that come again and again."""
    number = step % 5
    labels = (torch.arange(SHAPE[0]) * 3 + number) % 5
    x = formula_tensor(SHAPE, number * 6144)
    for row, label in zip(x, labels.tolist(), strict=True):
        row[label % 3, label * 3 : label * 3 + 3] += 1
    return x, labels


def make() -> JsonObject:
    torch.manual_seed(0)
    net = _net().train()
    before = {name: digest(value) for name, value in net.state_dict().items()}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=STEPS)
    criterion = nn.CrossEntropyLoss()
    losses, rates = [], []
    for step in range(STEPS):
        x, y = _batch(step)
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    with torch.no_grad():
        logits = net.eval()(_batch(0)[0])
    return {
        "environment": environment(),
        "about": "manual_seed(0); sequential(conv2d(3, 8, 3, padding 1, no bias), batchNorm2d(8), relu, maxPool2d(2), "
        "conv2d(8, 16, 3, stride 2, padding 1, no bias), batchNorm2d(16), relu, adaptiveAvgPool2d(1, 1), flatten, "
        "linear(16, 5)) in train mode; SGD lr 0.1, momentum 0.9, weight decay 1e-4; one-cycle maxLr 0.1, totalSteps 50. "
        "Batch b = step mod 5: formula tensor of shape [8, 3, 16, 16] at offset 6144 b; sample i has label (3 i + b) mod 5 "
        "and 1 added to channel label mod 3, rows 3 label to 3 label + 2. On other CPUs losses are within 1e-5 relative.",
        "steps": STEPS,
        "stateDictBefore": before,
        "lr": rates,
        "losses": losses,
        "stateDictAfter": {name: encode(value) for name, value in net.state_dict().items()},
        "evalLogits": encode(logits),
    }
