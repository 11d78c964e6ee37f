#!/usr/bin/env python3
"""Writes lib/torch/ops.generated.ts, lib/torch/generated/*.generated.ts and docs/coverage.md.

    python scripts/generate-ops.py           write the files
    python scripts/generate-ops.py --check   exit with 1 if they are not what would be written

Needs a Python with PyTorch (its wheel carries torchgen) and PyYAML, and Node.js with the development
packages (what is written by hand is read off the TypeScript types). The files are committed: users of
the package need none of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from generate import bindings, coverage, emit

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "lib" / "torch"


def generate() -> Iterator[tuple[Path, str]]:
    """Every generated file's path and text, each in time to be written before the next is made."""
    namespaces = bindings.all_groups()
    yield LIBRARY / "ops.generated.ts", emit.tables_file(namespaces)
    for namespace, groups in namespaces.items():
        path = LIBRARY / "generated" / f"{namespace}.generated.ts"
        yield path, emit.interface_file(namespace, groups)
    # Reads the types that the files above have just made.
    yield ROOT / "docs" / "coverage.md", coverage.coverage_file(bindings.torch_version())


def main() -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Generate the typed operators of lib/torch.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    stale = 0
    for path, text in generate():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{path.relative_to(ROOT)} is out of date", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
