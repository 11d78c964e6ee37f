"""vision_utils.json: torchvision.utils: grids, boxes, masks and points on formula pictures."""

from __future__ import annotations

import random
import warnings

import PIL
import torch

from .common import JsonObject, camel_keys, digest, environment, formula_tensor
from .torchvision_import import torchvision

from torchvision import utils  # isort: skip  (after its import is prepared)


def _picture(channels: int, height: int, width: int, dtype: str) -> torch.Tensor:
    """Formula data + 0.5; for uint8 times 256, rounded down."""
    values = formula_tensor([channels, height, width]) + 0.5
    return (values * 256).floor().to(torch.uint8) if dtype == "uint8" else values


def _random_boxes(generator: random.Random, count: int, height: int, width: int) -> list[list[int]]:
    """Also boxes that reach out of the picture, or have no width or no height."""
    boxes = []
    for _ in range(count):
        x = sorted(generator.randint(-9, width + 9) for _ in range(2))
        y = sorted(generator.randint(-9, height + 9) for _ in range(2))
        if generator.random() < 0.2:
            y[1] = y[0] + generator.randint(0, 3)
        if generator.random() < 0.2:
            x[1] = x[0] + generator.randint(0, 3)
        boxes.append([x[0], y[0], x[1], y[1]])
    return boxes


def _boxes() -> list[JsonObject]:
    generator = random.Random(5)
    entries = []
    for index in range(24):
        height, width = generator.randint(20, 60), generator.randint(20, 60)
        channels = 1 if index % 6 == 5 else 3
        dtype = "float32" if index % 4 == 3 else "uint8"
        count = generator.randint(1, 5)
        boxes = _random_boxes(generator, count, height, width)
        options: dict[str, object] = {"width": generator.randint(1, 6), "fill": index % 3 == 1}
        if index % 4 == 1:
            options["colors"] = ["red", "#0f0", "#12AB9f", "RebeccaPurple", [1, 2, 3]][:count] + ["blue"]
        elif index % 4 == 2:
            options["colors"] = "Tomato"
        elif index % 4 == 3:
            options["colors"] = [9, 200, 77]
        theirs = dict(options)
        if "colors" in theirs and theirs["colors"] != "Tomato":
            listed = theirs["colors"]
            theirs["colors"] = tuple(listed) if isinstance(listed[0], int) else [tuple(c) if isinstance(c, list) else c for c in listed]
        image = _picture(channels, height, width, dtype)
        result = utils.draw_bounding_boxes(image, torch.tensor(boxes), **theirs)
        entries.append({"shape": [channels, height, width], "dtype": dtype, "boxes": boxes, "options": options, "result": digest(result)})
    return entries


def _masks() -> list[JsonObject]:
    entries = []
    cases = [("uint8", 1, {}), ("uint8", 3, {}), ("uint8", 3, {"alpha": 0.35, "colors": ["red", "lime", "#102030"]}),
             ("float32", 2, {"alpha": 0.5, "colors": "orange"}), ("uint8", 2, {"alpha": 0}), ("uint8", 2, {"alpha": 1})]  # fmt: skip
    for dtype, count, options in cases:
        image = _picture(3, 17, 23, dtype)
        masks = formula_tensor([count, 17, 23], 5000) > 0.1
        entries.append({"dtype": dtype, "count": count, "options": options,
                        "result": digest(utils.draw_segmentation_masks(image, masks, **options))})
    return entries


def _keypoints() -> list[JsonObject]:
    generator = random.Random(9)
    entries = []
    for index in range(24):
        height, width = generator.randint(30, 90), generator.randint(30, 90)
        dtype = "float32" if index % 5 == 4 else "uint8"
        instances, count = generator.randint(1, 3), generator.randint(1, 5)
        points = [[[generator.uniform(-9, width + 9), generator.uniform(-9, height + 9)] for _ in range(count)] for _ in range(instances)]
        if index % 4 == 3:
            points = [[[round(x / 8) * 8, round(y / 8) * 8] for x, y in one] for one in points]
        options: dict[str, object] = {"radius": generator.randint(0, 12), "colors": "red" if index % 2 else [10, 20, 230]}
        if index % 3:
            options["connectivity"] = [[a, generator.randrange(count)] for a in range(count)]
            options["width"] = generator.randint(1, 8)
        visible = [[generator.random() < 0.8 for _ in range(count)] for _ in range(instances)] if index % 6 == 5 else None
        theirs = dict(options)
        if not isinstance(theirs["colors"], str):
            theirs["colors"] = tuple(theirs["colors"])
        result = utils.draw_keypoints(_picture(3, height, width, dtype), torch.tensor(points, dtype=torch.float64), **theirs,
                                      visibility=None if visible is None else torch.tensor(visible))
        entries.append({"shape": [3, height, width], "dtype": dtype, "points": points, "visible": visible, "options": options,
                        "result": digest(result)})
    return entries


def _grids() -> list[JsonObject]:
    entries = []
    cases: list[tuple[list[int], str, bool, dict[str, object]]] = [
        ([7, 3, 5, 4], "uint8", False, {"nrow": 3, "pad_value": 200}),
        ([7, 3, 5, 4], "uint8", True, {"nrow": 20, "padding": 0}),
        ([3, 1, 5, 4], "uint8", True, {"nrow": 1, "padding": 5, "pad_value": 7.9}),
        ([1, 3, 5, 4], "float32", False, {"normalize": True}),
        ([1, 1, 5, 4], "float32", False, {}),
        ([1, 5, 4], "float32", False, {"normalize": True}),
        ([5, 4], "float32", False, {"padding": 3}),
        ([4, 2, 5, 4], "float32", False, {"nrow": 2, "pad_value": -1.5}),
        ([4, 4, 5, 4], "float32", True, {"nrow": 4, "normalize": True, "scale_each": True, "value_range": (0.2, 0.6)}),
        ([9, 3, 5, 4], "float32", False, {"nrow": 4, "normalize": True, "value_range": (0, 0)}),
    ]
    for shape, dtype, listed, options in cases:
        count = 1
        for size in shape:
            count *= size
        images = _picture(1, 1, count, dtype).reshape(shape)
        result = utils.make_grid(list(images) if listed else images, **options)
        entries.append({"shape": shape, "dtype": dtype, "listed": listed, "options": camel_keys(options), "result": digest(result)})
    return entries


def make() -> JsonObject:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "environment": environment(torchvision=torchvision.__version__, pillow=PIL.__version__),
            "about": "torchvision.utils on pictures of formula data + 0.5, for uint8 times 256 and rounded down. A mask is "
            "formula data from offset 5000 that is above 0.1.",
            "boxes": _boxes(),
            "masks": _masks(),
            "keypoints": _keypoints(),
            "grids": _grids(),
        }
