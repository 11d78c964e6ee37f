"""samplers.json: the indices of torch.utils.data's samplers, and of random_split."""

from __future__ import annotations

import torch
from torch.utils import data

from .common import JsonObject, camel_keys, environment

SEED = 17
WEIGHTS = [0.1, 0.9, 0.0, 0.4, 0.7, 3.0, 0.6]


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(SEED)


def _random() -> list[JsonObject]:
    settings: list[tuple[int, dict[str, object]]] = [
        (10, {}),
        (1, {}),
        (50, {"num_samples": 7}),
        (5, {"num_samples": 12}),
        (9, {"replacement": True}),
        (6, {"replacement": True, "num_samples": 70}),
    ]
    entries = []
    for size, options in settings:
        # Without a generator the sampler seeds one of its own from the default one, at each iteration.
        torch.manual_seed(SEED)
        sampler = data.RandomSampler(range(size), **options)
        default = [list(sampler), list(sampler)]
        own = data.RandomSampler(range(size), **options, generator=_generator())
        entries.append({"size": size, "options": camel_keys(options), "default": default, "generator": [list(own), list(own)]})
    return entries


def _subset_random() -> list[JsonObject]:
    indices = [9, 4, 7, 30, 1, 12]
    torch.manual_seed(SEED)
    return [{"indices": indices, "default": list(data.SubsetRandomSampler(indices)),
             "generator": list(data.SubsetRandomSampler(indices, generator=_generator()))}]


def _weighted_random() -> list[JsonObject]:
    entries = []
    for count, replacement in [(1, True), (20, True), (6, False), (3, False)]:
        torch.manual_seed(SEED)
        default = list(data.WeightedRandomSampler(WEIGHTS, count, replacement))
        own = data.WeightedRandomSampler(WEIGHTS, count, replacement, generator=_generator())
        entries.append({"weights": WEIGHTS, "numSamples": count, "replacement": replacement, "default": default,
                        "generator": [list(own), list(own)]})
    return entries


def _distributed() -> list[JsonObject]:
    settings: list[dict[str, object]] = [
        {"num_replicas": 1}, {"num_replicas": 3}, {"num_replicas": 4, "seed": 5}, {"num_replicas": 4, "drop_last": True},
        {"num_replicas": 3, "shuffle": False}, {"num_replicas": 8, "shuffle": False}, {"num_replicas": 5, "drop_last": True},
    ]  # fmt: skip
    entries = []
    for size in (0, 1, 3, 10, 15):
        for options in settings:
            ranks = []
            for rank in range(options["num_replicas"]):
                sampler = data.DistributedSampler(range(size), rank=rank, **options)
                epochs = []
                for epoch in (0, 3):
                    sampler.set_epoch(epoch)
                    # Python divides by the length when it fills up an empty list.
                    epochs.append(list(sampler) if len(sampler) > 0 else [])
                ranks.append(epochs)
            entries.append({"size": size, "options": camel_keys(options), "ranks": ranks})
    return entries


def _random_split() -> list[JsonObject]:
    entries = []
    for size, lengths in [(10, [7, 3]), (10, [0.5, 0.25, 0.25]), (11, [1 / 3, 1 / 3, 1 / 3]), (7, [0.9, 0.1]), (5, [1.0])]:
        torch.manual_seed(SEED)
        default = [list(part.indices) for part in data.random_split(range(size), lengths)]
        seeded = [list(part.indices) for part in data.random_split(range(size), lengths, generator=_generator())]
        entries.append({"size": size, "lengths": lengths, "default": default, "seeded": seeded})
    return entries


def make() -> JsonObject:
    return {
        "environment": environment(),
        "about": f"torch.utils.data after manual_seed({SEED}): `default` draws from the default generator, `generator` and "
        f"`seeded` from a new one with that seed. distributed: ranks[rank] has the indices of epochs 0 and 3.",
        "seed": SEED,
        "random": _random(),
        "subsetRandom": _subset_random(),
        "weightedRandom": _weighted_random(),
        "distributed": _distributed(),
        "randomSplit": _random_split(),
    }
