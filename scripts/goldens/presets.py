"""What torchvision's presets of the published weights make of a picture."""

from __future__ import annotations

import torch
from PIL import Image

from goldens.common import PHOTOS, JsonObject, environment
from goldens.torchvision_import import torchvision
from goldens.transforms_inputs import brief, decode
from torchvision.models import get_model_weights, list_models
from torchvision.transforms._presets import ImageClassification
from torchvision.transforms.v2 import functional as F

FISH = "test/fishes/fish9.jpg"


def _distinct() -> dict[tuple, ImageClassification]:
    """One preset for each way of preparing pictures."""
    found: dict[tuple, ImageClassification] = {}
    for model in list_models(torchvision.models):
        for weights in get_model_weights(model):
            if getattr(weights.transforms, "func", None) is ImageClassification:
                preset = weights.transforms()
                key = (preset.resize_size[0], preset.crop_size[0], preset.interpolation.value, *preset.mean, *preset.std)
                found.setdefault(key, preset)
    return dict(sorted(found.items()))


def _levels(a: torch.Tensor, b: torch.Tensor, std: list[float]) -> torch.Tensor:
    """By how many of 255 levels two prepared pictures differ."""
    return ((a - b).abs() * torch.tensor(std).reshape(3, 1, 1) * 255).round()


def _case(preset: ImageClassification) -> JsonObject:
    pixels = decode(FISH)
    size, interpolation = preset.resize_size, preset.interpolation
    crop = F.center_crop(F.resize(pixels, size, interpolation=interpolation, antialias=True), preset.crop_size)
    result = F.normalize(crop.to(torch.float32).div(255), preset.mean, preset.std)
    with Image.open(PHOTOS / FISH) as picture:
        of_pillow = _levels(result, preset(picture.convert("RGB")), preset.std)
    of_tensor = _levels(result, preset(pixels), preset.std)
    return {
        "resizeSize": size[0], "cropSize": preset.crop_size[0], "interpolation": interpolation.value, "mean": preset.mean,
        "std": preset.std, "uint8": brief(result), "float32": brief(preset(pixels.to(torch.float32).div(255))),
        "presetOnTensor": {"most": int(of_tensor.max()), "share": round(float(of_tensor.ne(0).float().mean()), 4)},
        "presetOnPillow": {"most": int(of_pillow.max()), "share": round(float(of_pillow.ne(0).float().mean()), 4)},
    }  # fmt: skip


def make() -> JsonObject:
    return {
        "environment": environment(torchvision=torchvision.__version__),
        "about": "cases[]: every way of preparing pictures among torchvision's classification weights, on a photograph. "
        "float32: the preset on the picture divided by 255. uint8: v2's resize and center_crop, division by 255 and "
        "normalize; presetOnTensor and presetOnPillow say how far torchvision's presets, which resize bytes in float32 "
        "or by Pillow, are from it: the most levels of 255, and the share of values that differ. sha256 are the first 16 "
        "digits.",
        "file": FISH,
        "cases": [_case(preset) for preset in _distinct().values()],
    }
