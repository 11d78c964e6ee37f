"""random.json: first draws of the CPU generator after manual_seed."""

from __future__ import annotations

from collections.abc import Callable

import torch

from .common import JsonObject, camel, camel_keys, digest, dtype_name, encode, environment


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


def _named(options: dict[str, object]) -> JsonObject:
    return {
        key: dtype_name(value) if isinstance(value, torch.dtype) else value for key, value in camel_keys(options).items()
    }


def _function_draws() -> list[JsonObject]:
    """Functions that take a generator. Sizes of 1000 take the vectorised paths."""
    draws = []

    def draw(name: str, args: list, **options: object) -> None:
        generator = torch.Generator().manual_seed(2**63 + 11)
        tensors = [torch.tensor(arg) if isinstance(arg, list) and isinstance(arg[0], float) else arg for arg in args]
        result = getattr(torch, name)(*tensors, generator=generator, **options)
        draws.append({"fn": name, "args": args, "options": _named(options), "result": digest(result)})

    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        for size in ([7], [25, 40]):
            draw("rand", [size], dtype=dtype)
            draw("randn", [size], dtype=dtype)
    draw("randn", [[9]], dtype=torch.complex64)
    for dtype in (torch.int64, torch.int32, torch.uint8, torch.float32):
        draw("randint", [100, [6, 50]], dtype=dtype)
        draw("randint", [3, 100, [5]], dtype=dtype)
    draw("randint", [-(2**52), 2**52, [20]], dtype=torch.int64)
    for n in (1, 20, 3000):
        draw("randperm", [n])
    draw("randperm", [50], dtype=torch.int32)
    for dtype in (torch.float32, torch.float64):
        draw("normal", [1.5, 0.25, [33]], dtype=dtype)
    weights = [0.5 + 0.25 * (i % 7) for i in range(40)]
    draw("multinomial", [weights, 30])
    draw("multinomial", [weights, 100, True])
    draw("bernoulli", [[(i % 10) / 10.0 for i in range(200)]])
    draw("poisson", [[0.5 * i for i in range(60)]])
    draw("binomial", [[10.0 + i for i in range(30)], [i / 30.0 for i in range(30)]])
    return draws


def _method_draws() -> list[JsonObject]:
    """In-place methods that take a generator, on zeros."""
    draws = []
    floating = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
    integral = [torch.int64, torch.int32, torch.int16, torch.uint8]
    methods = [
        ("uniform_", [-2, 3], floating),
        ("normal_", [1, 0.5], floating),
        ("exponential_", [1.5], floating),
        ("cauchy_", [0, 2], floating),
        ("log_normal_", [0.5, 0.25], floating),
        ("geometric_", [0.3], [*floating, *integral]),
        ("bernoulli_", [0.7], [*floating, *integral, torch.bool]),
        ("random_", [], [*floating, *integral, torch.bool]),
        ("random_", [50], [*floating, *integral]),
        ("random_", [10, 90], [*floating, *integral]),
    ]
    for name, args, dtypes in methods:
        for dtype in dtypes:
            for shape in ([5], [20, 50]):
                generator = torch.Generator().manual_seed(-3)
                result = getattr(torch.zeros(shape, dtype=dtype), name)(*args, generator=generator)
                draws.append(
                    {
                        "fn": camel(name),
                        "on": {"shape": shape, "dtype": dtype_name(dtype)},
                        "args": args,
                        "result": digest(result),
                    }
                )
    return draws


def _generator_object() -> JsonObject:
    """What a generator itself answers: a new one, and one that has been seeded and drawn from."""
    new = torch.Generator()
    used = torch.Generator().manual_seed(123)
    torch.rand(10, generator=used)
    torch.randn(3, generator=used)
    state = used.get_state()
    following = torch.rand(4, generator=used)
    return {
        "defaultSeed": str(new.initial_seed()),
        "newState": digest(new.get_state()),
        "state": digest(state),
        "following": encode(following),
        "negativeSeed": str(torch.Generator().manual_seed(-1).initial_seed()),
    }


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
        "ones of args[0] elements, in training. sequence: rand(2), randn(3), randperm(4), rand(1) after one manual_seed(0). "
        "functions, methods: one call each with a generator of its own, seeded with 2^63 + 11 and -3; lists of fractions are "
        "float32 tensors. generator: of a new one, and after manual_seed(123), rand(10), randn(3).",
        "cases": cases,
        "sequence": [encode(x) for x in sequence],
        "functions": _function_draws(),
        "methods": _method_draws(),
        "generator": _generator_object(),
    }
