"""parity.bin.gz: what PyTorch computes for a few samples of every operator; see scripts/parity."""

from __future__ import annotations

import torch
from parity.subset import make as make_subset


def make() -> bytes:
    # Deterministic mode refuses operators that have no deterministic kernel; one thread makes all of them so.
    was_deterministic = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)
    try:
        return make_subset()
    finally:
        torch.use_deterministic_algorithms(was_deterministic)
