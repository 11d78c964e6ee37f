"""torchvision's colour operations (v2, on tensors): without chance on all types, and with torch's generator."""

from __future__ import annotations

from collections.abc import Callable

import torch

from goldens.common import JsonObject, dtype_name, environment
from goldens.torchvision_import import torchvision
from goldens.transforms_inputs import brief, decode, formula_bytes, generator_state, in_dtype
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision.transforms.v2.functional import pil_to_tensor, to_pil_image

Function = Callable[[torch.Tensor], torch.Tensor]

# Name of the input -> pixels. A picture has a real histogram; the flat one has channels of one value.
FISH = "test/fishes/fish9.jpg"
INPUTS = {
    "fish": lambda: decode(FISH)[:, 40:110, 60:161].contiguous(),
    "formula": lambda: formula_bytes((3, 37, 45)),
    "grey": lambda: formula_bytes((1, 19, 22), 5000),
    "batch": lambda: formula_bytes((2, 3, 16, 11), 9000),
    "video": lambda: formula_bytes((2, 2, 3, 9, 8), 20000),
    "flat": lambda: torch.tensor([7, 200, 0], dtype=torch.uint8).reshape(3, 1, 1).repeat(1, 5, 6),
    "thin": lambda: formula_bytes((3, 2, 9), 700),
}
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
ALL = (torch.uint8, *FLOATS, torch.int8, torch.int16, torch.int32, torch.int64)
FEW = (torch.uint8, torch.float32, torch.float64, torch.int16)

# (our name, our arguments after the image, torchvision's function, the types it takes)
OPERATIONS: list[tuple[str, list, Function, tuple[torch.dtype, ...]]] = [
    *[("adjustBrightness", [f], lambda x, f=f: F.adjust_brightness(x, f), ALL) for f in (0.3, 1.7)],
    *[("adjustContrast", [f], lambda x, f=f: F.adjust_contrast(x, f), ALL) for f in (0.3, 1.7)],
    *[("adjustSaturation", [f], lambda x, f=f: F.adjust_saturation(x, f), ALL) for f in (0.3, 1.7)],
    *[("adjustHue", [f], lambda x, f=f: F.adjust_hue(x, f), FEW) for f in (-0.4, 0.15)],
    *[("adjustGamma", [g, a], lambda x, g=g, a=a: F.adjust_gamma(x, g, a), FEW)
      for g, a in ((0.5, 1), (2.2, 1), (1.5, 1.3), (0, 1))],
    *[("adjustSharpness", [f], lambda x, f=f: F.adjust_sharpness(x, f), FEW) for f in (0, 0.5, 1.9)],
    *[("rgbToGrayscale", [n], lambda x, n=n: F.rgb_to_grayscale(x, n), ALL) for n in (1, 3)],
    ("grayscaleToRgb", [], F.grayscale_to_rgb, (torch.uint8, torch.float32)),
    ("invert", [], F.invert, ALL),
    *[("posterize", [b], lambda x, b=b: F.posterize(x, b), ALL) for b in (0, 1, 3, 7, 8)],
    *[("solarize", [t], lambda x, t=t: F.solarize(x, t), (torch.uint8,)) for t in (0.0, 100.0, 127.5, 255.0)],
    *[("solarize", [t], lambda x, t=t: F.solarize(x, t), FLOATS) for t in (0.0, 0.4, 1.0)],
    ("solarize", [20000.0], lambda x: F.solarize(x, 20000.0), (torch.int16, torch.int32)),
    ("autocontrast", [], F.autocontrast, ALL),
    ("equalize", [], F.equalize, (torch.uint8, torch.float32, torch.float64, torch.int8, torch.int16)),
]
PERMUTATION = [2, 0, 1]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CONVERSIONS = [
    (torch.uint8, torch.uint16), (torch.uint16, torch.uint8), (torch.uint8, torch.int16), (torch.int16, torch.uint8),
    (torch.int8, torch.int64), (torch.int64, torch.int8), (torch.uint8, torch.int32), (torch.int32, torch.float64),
    (torch.uint16, torch.float32), (torch.float32, torch.uint8), (torch.float32, torch.int16),
    (torch.float64, torch.int32), (torch.float16, torch.uint8), (torch.bfloat16, torch.uint8),
    (torch.uint8, torch.float16), (torch.uint8, torch.bfloat16), (torch.float32, torch.float64),
    (torch.float32, torch.bfloat16), (torch.int16, torch.float32), (torch.int8, torch.float32),
]  # fmt: skip

# (our name, our arguments, torchvision's transform)
RANDOM: list[tuple[str, list, Callable[[], v2.Transform]]] = [
    ("randomGrayscale", [0.4], lambda: v2.RandomGrayscale(0.4)),
    ("randomInvert", [], lambda: v2.RandomInvert()),
    ("randomPosterize", [3, 0.6], lambda: v2.RandomPosterize(3, 0.6)),
    ("randomSolarize", [120, 0.6], lambda: v2.RandomSolarize(120, 0.6)),
    ("randomAutocontrast", [0.7], lambda: v2.RandomAutocontrast(0.7)),
    ("randomEqualize", [], lambda: v2.RandomEqualize()),
    ("randomAdjustSharpness", [1.6], lambda: v2.RandomAdjustSharpness(1.6)),
    ("randomChannelPermutation", [], lambda: v2.RandomChannelPermutation()),
    ("randomPhotometricDistort", [], lambda: v2.RandomPhotometricDistort()),
    ("randomPhotometricDistort", [{"brightness": [0.5, 2], "hue": [-0.3, 0.4], "p": 0.8}],
     lambda: v2.RandomPhotometricDistort(brightness=(0.5, 2), hue=(-0.3, 0.4), p=0.8)),
    ("colorJitter", [{"brightness": 0.4, "contrast": 0.3, "saturation": 0.2, "hue": 0.1}],
     lambda: v2.ColorJitter(0.4, 0.3, 0.2, 0.1)),
    ("gaussianNoise", [], lambda: v2.GaussianNoise()),
    ("gaussianNoise", [{"mean": 0.1, "sigma": 0.3}], lambda: v2.GaussianNoise(0.1, 0.3)),
]


def _case(name: str, dtype: torch.dtype, op: str, args: list, function: Function) -> JsonObject:
    result = function(in_dtype(INPUTS[name](), dtype).clone())
    return {"input": name, "inputDtype": dtype_name(dtype), "op": op, "args": args, **brief(result)}


def _cases() -> list[JsonObject]:
    cases: list[JsonObject] = []
    for name, make in INPUTS.items():
        # Every type on one input, the usual two on all.
        usual = ALL if name == "formula" else (torch.uint8, torch.float32)
        for op, args, function, dtypes in OPERATIONS:
            cases += [_case(name, dtype, op, args, function) for dtype in dtypes if dtype in usual]
        if make().shape[-3] == 3:
            permute = lambda x: F.permute_channels(x, PERMUTATION)  # noqa: E731
            cases.append(_case(name, torch.uint8, "permuteChannels", [PERMUTATION], permute))
    for source, target in CONVERSIONS:
        for op, scale in (("convertImageDtype", True), ("toDtype", False)):
            convert = lambda x, target=target, scale=scale: F.to_dtype(x, target, scale=scale)  # noqa: E731
            cases.append(_case("formula", source, op, [dtype_name(target)], convert))
    for dtype in FLOATS:
        cases.append(_case("formula", dtype, "normalize", [MEAN, STD], lambda x: F.normalize(x, MEAN, STD)))
    return cases


def _random() -> list[JsonObject]:
    cases: list[JsonObject] = []
    for op, args, make in RANDOM:
        transform = make()
        for seed in range(6):
            for dtype in (torch.uint8, torch.float32):
                if op == "randomSolarize" and dtype == torch.float32:
                    continue
                image = in_dtype(INPUTS["fish"](), dtype)
                torch.manual_seed(seed)
                result = transform(image)
                drawn = {"seed": seed, "inputDtype": dtype_name(dtype), "op": op, "args": args}
                cases.append({**drawn, **brief(result), "generator": generator_state()})
    return cases


def _jpeg() -> list[JsonObject]:
    """Through Pillow: torchvision's own operator is compiled code, which the goldens do without."""
    cases: list[JsonObject] = []
    for name in ("fish", "formula", "grey", "thin"):
        pixels = INPUTS[name]()
        picture = to_pil_image(pixels)
        for quality in (1, 30, 75, 100):
            result = pil_to_tensor(F.jpeg(picture, quality))
            cases.append({"input": name, "quality": quality, **brief(result)})
    return cases


def make() -> JsonObject:
    return {
        "environment": environment(torchvision=torchvision.__version__),
        "about": "torchvision.transforms.v2 on tensors. Inputs are those of scripts/goldens/transforms_inputs.py and "
        "transforms_colour.py; sha256 and generator (the state of torch's default generator afterwards) are the first "
        "16 digits. `random` cases begin with torch.manual_seed(seed) and transform the input `fish`. "
        "`jpeg` cases are pictures of Pillow, saved with a quality and read again.",
        "fish": {"file": FISH, "box": [40, 60, 70, 101]},
        "cases": _cases(),
        "random": _random(),
        "jpeg": _jpeg(),
    }
