"""onecycle.json: learning rates and momenta of OneCycleLR."""

from __future__ import annotations

import torch

from .common import JsonObject, camel_keys, environment


def _thinned(total: int, peak: int) -> list[int]:
    """All steps of a short schedule; of a long one the start, the peak, the end and every 49th."""
    if total <= 200:
        return list(range(total + 1))
    dense = [*range(50), *range(peak - 25, peak + 25), *range(total - 50, total + 1)]
    return sorted({*dense, *range(0, total + 1, 49)})


def _case(name: str, options: dict, groups: list[dict], optimizer: str = "sgd") -> JsonObject:
    params = [{"params": [torch.nn.Parameter(torch.zeros(1))], **group} for group in groups]
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
    optim = make(params, lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optim, **options)

    def momentum(group: dict) -> float:
        return group["betas"][0] if optimizer == "adam" else group["momentum"]

    total = schedule.total_steps
    kept = set(_thinned(total, round(0.3 * total)))
    steps, lrs, momenta = [], [], []
    for step in range(total + 1):
        if step in kept:
            steps.append(step)
            lrs.append([group["lr"] for group in optim.param_groups])
            momenta.append([momentum(group) for group in optim.param_groups])
        if step < total:
            optim.step()
            schedule.step()
    return {
        "name": name,
        "optimizer": optimizer,
        "groups": groups,
        "options": camel_keys(options),
        "totalSteps": total,
        "steps": steps,
        "lr": lrs,
        "momentum": momenta,
    }


def make() -> JsonObject:
    one = [{"lr": 0.05, "momentum": 0.9}]
    two = [{"lr": 0.05, "momentum": 0.9}, {"lr": 0.01, "momentum": 0.8}]
    return {
        "environment": environment(),
        "about": "OneCycleLR. Row i holds the values in force after steps[i] calls of scheduler.step(). The last "
        "row, after totalSteps calls, is allowed; one more call raises.",
        "cases": [
            _case("tutorial", {"max_lr": 0.05, "epochs": 10, "steps_per_epoch": 490}, one),
            _case("defaults short", {"max_lr": 0.1, "total_steps": 20}, one),
            _case("linear", {"max_lr": 0.1, "total_steps": 30, "anneal_strategy": "linear"}, one),
            _case("three phases", {"max_lr": 0.2, "total_steps": 40, "pct_start": 0.25, "three_phase": True}, one),
            _case("three phases linear", {"max_lr": 0.2, "total_steps": 25, "pct_start": 0.4, "three_phase": True,
                                          "anneal_strategy": "linear"}, one),
            _case("factors", {"max_lr": 0.3, "epochs": 3, "steps_per_epoch": 7, "div_factor": 10, "final_div_factor": 100,
                              "pct_start": 0.5, "base_momentum": 0.7, "max_momentum": 0.99}, one),
            _case("no momentum cycling", {"max_lr": 0.1, "total_steps": 15, "cycle_momentum": False}, one),
            _case("two groups, one maximum", {"max_lr": 0.1, "total_steps": 20}, two),
            _case("two groups, own maxima", {"max_lr": [0.1, 0.01], "total_steps": 20, "base_momentum": [0.85, 0.8],
                                             "max_momentum": [0.95, 0.9]}, two),
            _case("adam", {"max_lr": 0.01, "total_steps": 20}, [{"lr": 0.001, "betas": [0.9, 0.999]}], "adam"),
            _case("adam linear", {"max_lr": 0.01, "total_steps": 20, "anneal_strategy": "linear"},
                  [{"lr": 0.001, "betas": [0.9, 0.99]}], "adam"),
        ],
    }
