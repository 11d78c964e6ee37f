#!/usr/bin/env python3
"""Writes the registry of published weights, and the names of ImageNet's classes, from torchvision's own definitions.

    pip install torch==2.13.0 torchvision==0.28.0
    python3 scripts/generate-weights.py
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path

from goldens.common import REPOSITORY
from goldens.models import names
from goldens.torchvision_import import torchvision
from torchvision.models import get_model_weights
from torchvision.transforms._presets import ImageClassification

FOLDER = REPOSITORY / "lib" / "vision" / "models"
URL = "https://download.pytorch.org/models/"
MARK = f"// Made by scripts/generate-weights.py from torchvision {torchvision.__version__.split('+')[0]}; do not edit."


def enum_name(name: str) -> str:
    """RegNet_Y_1_6GF_Weights -> RegNetY1_6GFWeights: an underscore stays between digits only."""
    return re.sub(r"(?<!\d)_|_(?!\d)", "", name)


def literal(value: object) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "Number.NaN"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key}: {literal(item)}' for key, item in value.items())} }}"
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def transforms(weights: object) -> dict[str, object]:
    assert weights.transforms.func is ImageClassification
    preset = weights.transforms()
    found = {
        "resizeSize": preset.resize_size[0],
        "cropSize": preset.crop_size[0],
        "interpolation": preset.interpolation.value,
        "mean": preset.mean,
        "std": preset.std,
    }
    assert preset.antialias is True
    # What most presets share is written once, in weights-enum.ts.
    usual = {"interpolation": "bilinear", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
    return {key: value for key, value in found.items() if usual.get(key) != value}


def entry(weights: object) -> dict[str, object]:
    meta = weights.meta
    (metrics,) = meta["_metrics"].values()
    assert weights.url.startswith(URL)
    file = weights.url.removeprefix(URL)
    assert re.search(r"-[0-9a-f]{8,}\.pth$", file), file
    found = {
        "file": file,
        "numParams": meta["num_params"],
        "metrics": {"acc1": metrics["acc@1"], "acc5": metrics["acc@5"]},
        "gflops": meta["_ops"],
        "fileSize": meta["_file_size"],
        "minSize": meta["min_size"],
        "transforms": transforms(weights),
        "recipe": meta["recipe"],
    }
    if "license" in meta:
        found["license"] = meta["license"]
    if meta["categories"] is None:
        found["categories"] = None
    else:
        assert meta["categories"] == categories()
    return found


def categories() -> list[str]:
    return torchvision.models.ResNet18_Weights.IMAGENET1K_V1.meta["categories"]


def enum(model: str) -> str:
    weights = get_model_weights(model)
    names = " | ".join(literal(member.name) for member in weights)
    lines = [
        f"/** Weights of {model}. torchvision's `{weights.__name__}`. */",
        f"export const {enum_name(weights.__name__)}: WeightsEnum<{names}> = weightsEnum(",
        f"  {literal(weights.__name__)}, {literal(model)}, {literal(weights.DEFAULT.name)}, {{",
    ]
    for member in weights:
        fields = (f"      {key}: {literal(value)}," for key, value in entry(member).items())
        lines += [f"    {member.name}: {{", *fields, "    },"]
    return "\n".join([*lines, "  },", ")"])


def write(path: Path, parts: list[str]) -> None:
    path.write_text("\n\n".join([MARK, *parts]) + "\n", encoding="utf-8")
    print(path.relative_to(REPOSITORY))


def main() -> None:
    header = "import { type WeightsEnum, weightsEnum } from './weights-enum.js'"
    write(FOLDER / "weights.generated.ts", [header, *(enum(name) for name in names())])
    lines = "\n".join(categories())
    assert "`" not in lines and "\\" not in lines
    content = f"/** Names of ImageNet's 1000 classes, one a line, in the order of their numbers. */\nexport const NAMES = `{lines}`"
    write(FOLDER / "imagenet.generated.ts", [content])


if __name__ == "__main__":
    sys.exit(main())
