"""What can be recorded. Each section is a module with `DTYPES`, `frames(names, dtypes)` and, where this library gives
files back to PyTorch, `Verifier`."""

from __future__ import annotations

import importlib
from types import ModuleType

SECTIONS = {"ops": "operators", "nn": "modules", "optim": "optimizers", "lr": "schedulers"}


def section_module(section: str) -> ModuleType:
    return importlib.import_module(f"parity.{SECTIONS[section]}")
