"""How values that came back compare with PyTorch's own."""

from __future__ import annotations

import torch
from torch.utils._pytree import keystr, tree_flatten_with_path

from .sample import same


def compared(wanted: object, found: object) -> str | None:
    """What differs: None where nothing does to the bit, "close" for what is within the tolerance."""
    (a, spec), (b, other) = tree_flatten_with_path(wanted), tree_flatten_with_path(found)
    if spec != other:
        return "the structure is another"
    verdict = None
    for (path, x), (_, y) in zip(a, b, strict=True):
        # A number may come back where there was a tensor of it.
        x, y = (torch.as_tensor(value).detach() if isinstance(value, (torch.Tensor, float, int)) else value
                for value in (x, y))
        if same(x, y):
            continue
        try:
            torch.testing.assert_close(y, x, equal_nan=True)
            verdict = "close"
        except AssertionError as error:
            return f"{keystr(path)}: {str(error).splitlines()[0]}"
    return verdict
