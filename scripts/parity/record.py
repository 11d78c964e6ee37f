#!/usr/bin/env python3
"""Writes a recording to standard output, or to a file: every sample of one of PyTorch's databases, and its results.

    python3 scripts/parity/record.py SECTION [--dtype NAME]... [--op NAME]... [--output FILE]
    python3 scripts/parity/record.py ops --subset [--output FILE]       the committed part, compressed

The dtype "errors" stands for the calls that must raise.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch  # noqa: E402

from parity.container import MAGIC, write_frame  # noqa: E402
from parity.sections import SECTIONS, section_module  # noqa: E402
from parity.subset import make as make_subset  # noqa: E402


def write(file: BinaryIO, section: str, names: set[str], dtypes: list[str] | None) -> None:
    module = section_module(section)
    file.write(MAGIC)
    for header, payload in module.frames(names, dtypes or [*module.DTYPES, "errors"]):
        write_frame(file, header, payload)
        file.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("section", choices=SECTIONS)
    parser.add_argument("--dtype", action="append", help="all by default")
    parser.add_argument("--op", action="append", help="a name of the database, such as linalg.svd; all by default")
    parser.add_argument("--output", type=Path, help="a file instead of standard output")
    parser.add_argument("--subset", action="store_true", help="a few samples of everything, compressed")
    options = parser.parse_args()
    # Only frames may reach standard output, whatever a library prints.
    standard_output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    file = open(options.output, "wb") if options.output else standard_output
    torch.set_num_threads(1)
    with file:
        if options.subset:
            file.write(make_subset())
            return 0
        write(file, options.section, set(options.op or ()), options.dtype)
    return 0


if __name__ == "__main__":
    sys.exit(main())
