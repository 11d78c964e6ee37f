"""optim.json: twenty steps of every optimizer under several settings, in float32 and float64."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch

from .common import JsonObject, camel_keys, dtype_name, encode, environment, formula_tensor

STEPS = 20
# Steps of a new optimizer with the state dict of the first.
MORE = 3
SHAPES = ([3, 2], [4], [])
# The last parameter gets its first gradient late; a fourth never gets one.
LATE = 5

# This library's name, PyTorch's class, settings.
OPTIMIZERS: tuple[tuple[str, type[torch.optim.Optimizer], tuple[dict, ...]], ...] = (
    (
        "sgd",
        torch.optim.SGD,
        (
            {"lr": 0.1},
            {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01, "maximize": True},
            {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
            # No momentum: PyTorch's fused SGD fails where a gradient comes late.
            {"lr": 0.1, "weight_decay": 0.01, "fused": True},
        ),
    ),
    (
        "adam",
        torch.optim.Adam,
        (
            {},
            {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
            {"amsgrad": True, "maximize": True, "lr": 0.02},
            {"decoupled_weight_decay": True, "weight_decay": 0.1, "lr": 0.02},
            {"fused": True, "amsgrad": True, "weight_decay": 0.1},
        ),
    ),
    (
        "adamw",
        torch.optim.AdamW,
        (
            {},
            {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
            {"amsgrad": True, "maximize": True},
            {"fused": True, "lr": 0.01},
        ),
    ),
    (
        "rmsprop",
        torch.optim.RMSprop,
        (
            {},
            {"lr": 0.005, "alpha": 0.9, "momentum": 0.9, "weight_decay": 0.1},
            {"centered": True, "maximize": True},
            {"centered": True, "momentum": 0.5, "eps": 1e-4},
        ),
    ),
    (
        "adagrad",
        torch.optim.Adagrad,
        (
            {},
            {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-6},
            {"maximize": True, "lr": 0.1},
            {"fused": True, "lr": 0.1, "lr_decay": 0.1},
        ),
    ),
    (
        "adadelta",
        torch.optim.Adadelta,
        ({}, {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}, {"maximize": True}),
    ),
    (
        "adamax",
        torch.optim.Adamax,
        ({}, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}, {"maximize": True}),
    ),
    (
        "nadam",
        torch.optim.NAdam,
        (
            {},
            {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1, "momentum_decay": 0.01},
            {"decoupled_weight_decay": True, "weight_decay": 0.1, "maximize": True},
        ),
    ),
    (
        "radam",
        torch.optim.RAdam,
        (
            {},
            {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
            {"decoupled_weight_decay": True, "weight_decay": 0.1, "maximize": True},
        ),
    ),
    (
        "asgd",
        torch.optim.ASGD,
        (
            {},
            {"lr": 0.1, "lambd": 0.01, "alpha": 0.5, "t0": 4, "weight_decay": 0.1},
            {"t0": 1, "maximize": True, "lr": 0.05},
        ),
    ),
    (
        "rprop",
        torch.optim.Rprop,
        ({}, {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-3, 0.2)}, {"maximize": True}),
    ),
    (
        "adafactor",
        torch.optim.Adafactor,
        (
            {},
            {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-4, 1e-2), "d": 2.0, "weight_decay": 0.1},
            {"maximize": True, "d": 1.0},
        ),
    ),
    (
        "muon",
        torch.optim.Muon,
        (
            {},
            {"lr": 0.02, "momentum": 0.9, "nesterov": False, "weight_decay": 0.0, "ns_steps": 3},
            {"lr": 0.02, "adjust_lr_fn": "match_rms_adamw"},
        ),
    ),
)

CLASSES = {name: kind for name, kind, _ in OPTIMIZERS}

# The for-loops in a low precision, where it is seen how numbers enter.
LOW: tuple[tuple[str, dict], ...] = (
    ("sgd", {"lr": 0.1, "momentum": 0.9}),
    ("adamw", {"lr": 0.1, "weight_decay": 0.1}),
    ("rmsprop", {"momentum": 0.5}),
    ("adadelta", {"weight_decay": 0.1}),
    ("adagrad", {"lr": 0.1, "weight_decay": 0.1}),
    ("adamax", {"weight_decay": 0.1}),
    ("nadam", {}),
    ("radam", {"lr": 0.1}),
    ("asgd", {"lr": 0.1, "lambd": 0.1}),
)

# Rows of a parameter with sparse gradients, each of two rows, now and then the same one twice.
ROWS = 6

SPARSE = (
    ("sparseAdam", torch.optim.SparseAdam, ({}, {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-6, "maximize": True})),
    ("adagrad", torch.optim.Adagrad, ({"lr": 0.1, "lr_decay": 0.01},)),
    ("sgd", torch.optim.SGD, ({"lr": 0.1, "momentum": 0.9},)),
)

LBFGS = (
    {},
    {"lr": 0.1, "max_iter": 4, "history_size": 3},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 5, "history_size": 2, "max_eval": 8},
)


def _start(dtype: torch.dtype, shapes: tuple[list[int], ...]) -> list[torch.Tensor]:
    return [(formula_tensor(shape, 100 * i).to(dtype) * 2).requires_grad_() for i, shape in enumerate(shapes)]


def _state_dict(optimizer: torch.optim.Optimizer) -> JsonObject:
    """The state dict with encoded tensors, as lists of pairs where the order of keys counts."""

    def value(item: object) -> object:
        if isinstance(item, torch.Tensor):
            return encode(item)
        return list(item) if isinstance(item, tuple) else item

    content = optimizer.state_dict()
    return {
        "state": [
            [position, [[name, value(item)] for name, item in record.items() if item is not None]]
            for position, record in content["state"].items()
            if any(item is not None for item in record.values())
        ],
        "groups": [[[name, value(item)] for name, item in group.items()] for group in content["param_groups"]],
    }


def _run(optimizer: torch.optim.Optimizer, params: list[torch.Tensor], steps: range) -> None:
    for step in steps:
        for i, param in enumerate(params):
            if i < 3 and (i < 2 or step >= LATE):
                param.grad = formula_tensor(list(param.shape), 1000 * (step + 1) + 100 * i).to(param.dtype)
        optimizer.step()


def _case(name: str, make: Callable[..., torch.optim.Optimizer], settings: dict, dtype: torch.dtype) -> JsonObject:
    shapes = ([3, 2], [2, 4]) if name == "muon" else (*SHAPES, [2])
    params = _start(dtype, shapes)
    optimizer = make(params, **settings)
    _run(optimizer, params, range(STEPS))
    resumed = [param.detach().clone().requires_grad_() for param in params]
    other = make(resumed)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    _run(other, resumed, range(STEPS, STEPS + MORE))
    return {
        "name": name,
        "dtype": dtype_name(dtype),
        "options": camel_keys(settings),
        "weights": [encode(param) for param in params],
        **_state_dict(optimizer),
        "resumed": [encode(param) for param in resumed],
    }


def _low(name: str, settings: dict, dtype: torch.dtype) -> JsonObject:
    params = _start(dtype, (*SHAPES, [2]))
    optimizer = CLASSES[name](params, **settings, foreach=False)
    _run(optimizer, params, range(STEPS))
    return {
        "name": name,
        "dtype": dtype_name(dtype),
        "options": {**camel_keys(settings), "foreach": False},
        "weights": [encode(param) for param in params],
    }


def _sparse(name: str, make: Callable[..., torch.optim.Optimizer], settings: dict, dtype: torch.dtype) -> JsonObject:
    (param,) = _start(dtype, ([ROWS, 2],))
    optimizer = make([param], **settings)
    for step in range(STEPS):
        rows = [[step % ROWS, (step * step + 1) % ROWS]]
        values = formula_tensor([2, 2], 1000 * (step + 1)).to(dtype)
        param.grad = torch.sparse_coo_tensor(rows, values, param.shape)
        optimizer.step()
    state = {key: value for key, value in optimizer.state[param].items() if isinstance(value, torch.Tensor)}
    return {
        "name": name,
        "dtype": dtype_name(dtype),
        "options": camel_keys(settings),
        "weights": encode(param),
        "state": [[key, encode(value.to_dense())] for key, value in state.items()],
    }


def _lbfgs(settings: dict, dtype: torch.dtype) -> JsonObject:
    params = _start(dtype, ([3], [3]))
    optimizer = torch.optim.LBFGS(params, **settings)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        x, y = params
        loss = ((1 - x) ** 2 + 10 * (y - x**2) ** 2).sum()
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(3)]
    state = optimizer.state_dict()["state"][0]
    return {
        "dtype": dtype_name(dtype),
        "options": camel_keys(settings),
        "losses": losses,
        "weights": [encode(param) for param in params],
        "evaluations": state["func_evals"],
        "iterations": state["n_iter"],
        "keys": list(state),
        "groups": [[name, item] for name, item in optimizer.state_dict()["param_groups"][0].items()],
    }


def make() -> JsonObject:
    dtypes = (torch.float32, torch.float64)
    return {
        "environment": environment(),
        "about": "Parameter i starts as formula(shape, 100 i) * 2; at step s (from 0) its gradient is formula(shape, "
        f"1000 (s + 1) + 100 i), formula being formula_tensor of float32 values; {STEPS} steps. Parameter 2 has no gradient before step "
        f"{LATE}, parameter 3 never. Weights, and the state dict as lists of pairs in Python's order; "
        f"`resumed` are the weights {MORE} steps later, of another optimizer into which that was loaded. L-BFGS: three steps of "
        "sum((1 - x)^2 + 10 (y - x^2)^2) from x = parameter 0, y = parameter 1, of shape [3]. Elementwise arithmetic is the same on "
        "any CPU to a unit or two in the last place; Muon multiplies matrices in bfloat16. `low`: the weights after as many steps in bfloat16."
        f"`sparse`: a parameter of {ROWS} rows, whose gradient at step s is formula([2, 2], 1000 (s + 1)) in rows s and s^2 + 1 (mod {ROWS}).",
        "cases": [
            _case(name, kind, settings, dtype)
            for name, kind, several in OPTIMIZERS
            for settings in several
            for dtype in dtypes
        ],
        "low": [_low(name, settings, torch.bfloat16) for name, settings in LOW],
        "sparse": [
            _sparse(name, kind, settings, dtype)
            for name, kind, several in SPARSE
            for settings in several
            for dtype in dtypes
        ],
        "lbfgs": [_lbfgs(settings, dtype) for settings in LBFGS for dtype in dtypes],
    }
