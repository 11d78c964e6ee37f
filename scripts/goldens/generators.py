"""random.json: first draws of the CPU generator after manual_seed."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .common import JsonObject, camel, encode, environment


# (function, arguments, options, the same call): names and arguments are this library's.
def _calls() -> list[tuple[str, list, dict, Callable[[], torch.Tensor]]]:
    probabilities = [0.1, 0.5, 0.9, 0.3, 0.7]
    return [
        # normal draws take another path from 16 elements on
        *[("randn", [[n]], {}, lambda n=n: torch.randn(n)) for n in (1, 5, 15, 16, 17, 40)],
        ("randn", [[2, 3]], {}, lambda: torch.randn(2, 3)),
        ("randn", [[5]], {"dtype": "float64"}, lambda: torch.randn(5, dtype=torch.float64)),
        ("randn", [[20]], {"dtype": "float64"}, lambda: torch.randn(20, dtype=torch.float64)),
        *[("rand", [[n]], {}, lambda n=n: torch.rand(n)) for n in (1, 5, 33)],
        ("rand", [[5]], {"dtype": "float64"}, lambda: torch.rand(5, dtype=torch.float64)),
        ("randint", [10, [12]], {}, lambda: torch.randint(10, (12,))),
        ("randint", [-5, 5, [3, 4]], {}, lambda: torch.randint(-5, 5, (3, 4))),
        ("randint", [0, 2**40, [4]], {}, lambda: torch.randint(0, 2**40, (4,))),
        *[("randperm", [n], {}, lambda n=n: torch.randperm(n)) for n in (1, 10, 100)],
        ("bernoulli", [probabilities], {}, lambda: torch.bernoulli(torch.tensor(probabilities))),
        ("normal", [1, 2, [8]], {}, lambda: torch.normal(1.0, 2.0, (8,))),
        ("multinomial", [probabilities, 3], {}, lambda: torch.multinomial(torch.tensor(probabilities), 3)),
        ("multinomial", [probabilities, 8, True], {}, lambda: torch.multinomial(torch.tensor(probabilities), 8, True)),
        *[(camel(name), [6, *args], {}, lambda name=name, args=args: getattr(torch.zeros(6), name)(*args))
          for name, args in (("uniform_", [-1, 1]), ("normal_", [0, 0.5]), ("exponential_", [2]), ("bernoulli_", [0.25]),
                             ("geometric_", [0.5]), ("cauchy_", []), ("log_normal_", []))],
        ("dropout", [12, 0.5], {}, lambda: torch.nn.functional.dropout(torch.ones(12), 0.5)),
    ]


def make() -> JsonObject:
    cases = []
    for seed in (0, 42):
        for fn, args, options, call in _calls():
            torch.manual_seed(seed)
            cases.append({"fn": fn, "args": args, "options": options, "seed": seed, "result": encode(call())})
    torch.manual_seed(0)
    sequence = [torch.rand(2), torch.randn(3), torch.randperm(4).float(), torch.rand(1)]
    return {
        "environment": environment(),
        "about": "One call after manual_seed(seed), on the CPU. `x_` is the in-place method on zeros of args[0] elements, "
        "with the other arguments; bernoulli and multinomial take a tensor of args[0]; dropout is the functional form on "
        "ones of args[0] elements, in training. sequence: rand(2), randn(3), randperm(4), rand(1) after one manual_seed(0).",
        "cases": cases,
        "sequence": [encode(x) for x in sequence],
    }
