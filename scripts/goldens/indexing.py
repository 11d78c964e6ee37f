"""indexing.json: basic and advanced indexing of one tensor."""

from __future__ import annotations

import torch

from .common import JsonObject, encode, environment

# Python's index, whose parts are written as in the README: slice -> {"slice": [start, stop, step]}.
INDICES: list[tuple[object, ...]] = [
    (0,), (-1,), (1, 2), (1, 2, 3), (-1, -1, -1),
    (slice(0, 1),), (slice(None),), (slice(None), 1), (slice(None), slice(1, 3)), (0, slice(None, None, 2)),
    (slice(None), slice(None), slice(-3, -1)), (slice(None), slice(None), slice(1, None, 2)), (slice(1, 1),),
    (slice(0, 100),), (Ellipsis, 0), (0, Ellipsis), (Ellipsis,), (slice(None), Ellipsis, slice(2, None)),
    (None,), (None, 0), (0, None, 1), (slice(None), None), (Ellipsis, None), (True,), (False,),
    (torch.tensor([1, 0]),), (torch.tensor([1, 0, 1, -1]),), (slice(None), torch.tensor([2, 0])),
    (torch.tensor([0, 1]), torch.tensor([2, 1])), (torch.tensor([0, 1]), slice(None), torch.tensor([3, 0])),
    (torch.tensor([[0, 1], [1, 0]]),), (torch.tensor([[0], [1]]), torch.tensor([0, 2])),
    (Ellipsis, torch.tensor([3, 3, 0])), (0, torch.tensor([1, 2])), (torch.tensor([1]), 2),
    (torch.tensor([True, False]),), (slice(None), torch.tensor([True, False, True])),
    (torch.arange(24).reshape(2, 3, 4) % 5 == 0,), (torch.arange(6).reshape(2, 3) % 2 == 0,),
    (torch.tensor([], dtype=torch.int64),), (None, slice(None), torch.tensor([1])),
    (torch.tensor([0, 1]), None, torch.tensor([1, 2])),
]


def _write(part: object) -> object:
    if part is Ellipsis:
        return "..."
    if isinstance(part, slice):
        return {"slice": [part.start, part.stop, part.step]}
    if isinstance(part, torch.Tensor):
        return encode(part)
    return part


def _put_cases() -> list[JsonObject]:
    puts: list[tuple[tuple[object, ...], object]] = [
        ((0,), -1), ((slice(None), 1), -2), ((Ellipsis, slice(None, None, 2)), 9), ((torch.tensor([1, 0]), 2), -5),
        ((torch.arange(24).reshape(2, 3, 4) > 20,), 0), ((1, slice(0, 2)), torch.tensor([10, 20, 30, 40])),
        ((slice(None), torch.tensor([0, 2]), 1), torch.tensor([[1, 2], [3, 4]])),
    ]
    cases = []
    for index, value in puts:
        x = torch.arange(24).reshape(2, 3, 4)
        x[index] = value
        written = encode(value) if isinstance(value, torch.Tensor) else value
        cases.append(
            {"index": [_write(part) for part in index], "value": written, "accumulate": False, "result": encode(x)}
        )
    return cases


def _add_cases() -> list[JsonObject]:
    """What index_put_ with accumulate=True leaves, for index tensors; for slices it is x[index] += value."""
    adds: list[tuple[tuple[object, ...], torch.Tensor]] = [
        ((torch.tensor([0, 0, 1]),), torch.tensor(5)),
        ((torch.tensor([1, 1]), torch.tensor([2, 2])), torch.tensor([1, 2, 3, 4])),
        ((torch.arange(24).reshape(2, 3, 4) % 2 == 0,), torch.tensor(100)),
        ((0,), torch.tensor(7)),
        ((slice(None), 1), torch.tensor([1, 2, 3, 4])),
        ((Ellipsis, slice(1, 3)), torch.tensor([[[10, 20]]])),
    ]
    cases = []
    for index, value in adds:
        x = torch.arange(24).reshape(2, 3, 4)
        if isinstance(index[0], torch.Tensor):
            x.index_put_(index, value, accumulate=True)
        else:
            x[index] += value
        cases.append(
            {"index": [_write(part) for part in index], "value": encode(value), "accumulate": True, "result": encode(x)}
        )
    return cases


def make() -> JsonObject:
    x = torch.arange(24).reshape(2, 3, 4)
    return {
        "environment": environment(),
        "about": "cases: x[index] for x = arange(24).reshape(2, 3, 4), int64. puts: x after x[index] = value, or with accumulate after x[index] += value, where value "
        "is a number or a Tensor.",
        "cases": [{"index": [_write(part) for part in index], "result": encode(x[index])} for index in INDICES],
        "puts": [*_put_cases(), *_add_cases()],
    }
