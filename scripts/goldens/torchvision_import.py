"""Imports torchvision also beside a torch that its compiled operators do not fit.

torchvision's wheel from the package index is built for CUDA; its `_C` library does not load beside a
CPU-only torch. The goldens need only the Python parts (models, transforms, make_grid), but importing them
registers rules for two detection operators that then do not exist. Declaring these is enough.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import torch

_NEEDED_AT_IMPORT = ("nms", "qnms")


def _compiled_operators_load() -> bool:
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("torchvision is not installed: pip install torchvision==0.28.0")
    libraries = list(Path(spec.origin).parent.glob("_C*.so"))
    try:
        for library in libraries:
            torch.ops.load_library(library)
    except OSError:
        return False
    return bool(libraries)


if not _compiled_operators_load():
    # Kept in a module variable: the declarations end with the Library object.
    _library = torch.library.Library("torchvision", "DEF")
    for _name in _NEEDED_AT_IMPORT:
        _library.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision  # noqa: E402

__all__ = ["torchvision"]
