#!/usr/bin/env python3
"""Makes test/goldens/* from PyTorch and torchvision, or with --check compares them with a fresh run.

    pip install torch==2.13.0 torchvision==0.28.0 pillow numpy scipy     (CPU builds are enough)
    python3 scripts/make-goldens.py [--check] [NAME ...]

The committed files come from a CPU with AVX512. Random numbers, initial weights and transforms are the same bits on
any CPU with AVX2 or better; products and convolutions differ in the last bits (each file's `about` says how far).
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import sys
from collections.abc import Iterator

from goldens.common import GOLDENS, fix_environment

NAMES = (
    "resnet", "models", "onecycle", "schedulers", "swa", "sgd", "optim", "transforms",
    "transforms_geometric", "printing", "random", "promotion",
    "indexing", "nn", "training",
    "functional_layers", "functional_losses", "functional_windows", "functions", "autograd", "parity", "layers",
    "layers_utils",
    "shards", "image_datasets", "amp", "modules", "jit", "samplers", "vision_utils",
    "transforms_colour", "transforms_composite", "presets", "jpegs", "loader",
)  # fmt: skip
# Goldens that are compressed files of their own format: too large for JSON.
BINARY = ("parity",)
# `random` would shadow the standard library's module for the makers beside it.
MODULES = {"random": "generators"}


def make(name: str) -> dict:
    module = importlib.import_module(f"goldens.{MODULES.get(name, name)}")
    # Through text and back: what --check compares is what a reader of the file gets.
    return json.loads(json.dumps(module.make(), allow_nan=False))


def dump(content: dict) -> str:
    """One line per entry of the top-level lists: short enough to commit, long enough to read a diff."""

    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def member(key: str, value: object) -> str:
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return f"{line(key)}:[\n" + ",\n".join(line(item) for item in value) + "\n]"
        return f"{line(key)}:{line(value)}"

    return "{\n" + ",\n".join(member(key, value) for key, value in content.items()) + "\n}\n"


def differences(committed: object, fresh: object, path: str = "") -> Iterator[str]:
    if isinstance(committed, dict) and isinstance(fresh, dict):
        for key in committed.keys() | fresh.keys():
            if key not in committed or key not in fresh:
                yield f"{path}.{key}: only in the {'fresh run' if key in fresh else 'committed file'}"
            else:
                yield from differences(committed[key], fresh[key], f"{path}.{key}")
    elif isinstance(committed, list) and isinstance(fresh, list) and len(committed) == len(fresh):
        for i, (a, b) in enumerate(zip(committed, fresh, strict=True)):
            yield from differences(a, b, f"{path}[{i}]")
    elif committed != fresh:
        yield f"{path}: committed {str(committed)[:60]}, now {str(fresh)[:60]}"


def check_binary(name: str) -> bool:
    committed = gzip.decompress((GOLDENS / f"{name}.bin.gz").read_bytes())
    is_same = committed == gzip.decompress(importlib.import_module(f"goldens.{name}").make())
    print(f"{name}: {'same' if is_same else 'differs'}")
    return is_same


def write(name: str) -> None:
    if name in BINARY:
        file, content = f"{name}.bin.gz", importlib.import_module(f"goldens.{name}").make()
    else:
        file, content = f"{name}.json", dump(make(name)).encode()
    (GOLDENS / file).write_bytes(content)
    print(f"{file}: {len(content) / 1024:.0f} KiB")


def check(name: str) -> bool:
    if name in BINARY:
        return check_binary(name)
    committed = json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))
    fresh = make(name)
    if committed.pop("environment") != fresh["environment"]:
        print(f"{name}: the environment differs: {fresh['environment']}")
    del fresh["environment"]
    found = list(differences(committed, fresh))
    for text in found[:10]:
        print(f"{name}{text}")
    print(f"{name}: {'same' if not found else f'{len(found)} differences'}")
    return not found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all by default")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown golden {', '.join(sorted(unknown))}")
    fix_environment()
    names = options.names or NAMES
    if options.check:
        return 0 if all([check(name) for name in names]) else 1
    GOLDENS.mkdir(parents=True, exist_ok=True)
    for name in names:
        write(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
