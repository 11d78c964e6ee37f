"""What lib/ writes by hand, read off its TypeScript types by surface.mjs."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("surface.mjs")


def surface() -> dict[str, Any]:
    """The names of every namespace, each `generated` or `written`, and the members of Tensor."""
    result = subprocess.run(["node", str(SCRIPT)], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


@functools.cache
def written(namespace: str) -> frozenset[str]:
    """Names of a namespace (`torch`, `functional`, …) that are written by hand."""
    return frozenset(name for name, kind in surface()[namespace].items() if kind == "written")


@functools.cache
def tensor_members() -> frozenset[str]:
    """Members of class Tensor that are written by hand."""
    return frozenset(surface()["members"])
