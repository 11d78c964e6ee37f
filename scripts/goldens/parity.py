"""parity.bin.gz: what PyTorch computes for a few samples of every operator; see docs/parity.md."""

from __future__ import annotations

import os
import subprocess
import sys

from .common import REPOSITORY


def make() -> bytes:
    # A process of its own: the order of some samples is that of Python sets, and deterministic mode, which the other
    # goldens are made in, refuses some operators.
    script = REPOSITORY / "scripts" / "parity" / "record.py"
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    return subprocess.run([sys.executable, script, "ops", "--subset"], check=True, stdout=subprocess.PIPE, env=environment).stdout
