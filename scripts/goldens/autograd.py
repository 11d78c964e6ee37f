"""autograd.json: torch.autograd.functional on small float64 inputs."""

from __future__ import annotations

import torch
from torch.autograd import functional

from .common import JsonObject, encode, environment, formula_tensor


def _encode_all(value: object) -> object:
    return encode(value.detach()) if isinstance(value, torch.Tensor) else [_encode_all(part) for part in value]


def make() -> JsonObject:
    x, y, v = (formula_tensor((3,), 3 * k).double() for k in range(3))

    def pair(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return (a * b).exp(), a.pow(2).sum()

    def scalar(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a.pow(3) * b).sum() + b.exp().sum()

    def cubes(a: torch.Tensor) -> torch.Tensor:
        return a.pow(3).sum() * a.sum()

    return {
        "environment": environment(),
        "about": "jacobian of (exp(xy), sum(x^2)); jacobianOne of cumsum(sin x); hessian of sum(x^3 y) + sum(exp y); "
        "hessianOne of sum(x^4); vjp of exp(xy) with v; jvp of x^3 with v: output and product; hvp of sum(x^3) sum(x) with v",
        "x": encode(x),
        "y": encode(y),
        "v": encode(v),
        "jacobian": _encode_all(functional.jacobian(pair, (x, y))),
        "jacobianOne": _encode_all(functional.jacobian(lambda a: a.sin().cumsum(0), x)),
        "hessian": _encode_all(functional.hessian(scalar, (x, y))),
        "hessianOne": _encode_all(functional.hessian(lambda a: a.pow(4).sum(), x)),
        "vjp": _encode_all(functional.vjp(lambda a, b: (a * b).exp(), (x, y), v)[1]),
        "jvp": _encode_all(functional.jvp(lambda a: a.pow(3), x, v)),
        "hvp": _encode_all(functional.hvp(cubes, x, v)[1]),
    }
