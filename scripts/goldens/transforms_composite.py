"""torchvision's composite, automatic and batch transforms (v2, on tensors), with torch's generator."""

from __future__ import annotations

from collections.abc import Callable

import torch

from goldens.common import JsonObject, dtype_name, environment
from goldens.torchvision_import import torchvision
from goldens.transforms_inputs import brief, decode, formula_bytes, generator_state, in_dtype
from torchvision.transforms import v2

FISH = "test/fishes/fish9.jpg"
BOX = [40, 60, 70, 101]
Policy = v2.AutoAugmentPolicy

# (our name, our arguments as the test spells them, torchvision's transform, number of seeds)
AUGMENTATIONS: list[tuple[str, list, Callable[[], v2.Transform], int]] = [
    ("autoAugment", [], lambda: v2.AutoAugment(), 60),
    ("autoAugment", ["cifar10"], lambda: v2.AutoAugment(Policy.CIFAR10), 60),
    ("autoAugment", ["svhn", {"interpolation": "bilinear", "fill": 128}],
     lambda: v2.AutoAugment(Policy.SVHN, v2.InterpolationMode.BILINEAR, 128), 60),
    ("randAugment", [], lambda: v2.RandAugment(), 40),
    ("randAugment",
     [{"numOps": 3, "magnitude": 6, "numMagnitudeBins": 10, "interpolation": "bilinear", "fill": [10, 20, 30]}],
     lambda: v2.RandAugment(3, 6, 10, v2.InterpolationMode.BILINEAR, [10, 20, 30]), 30),
    ("trivialAugmentWide", [], lambda: v2.TrivialAugmentWide(), 60),
    ("augMix", [], lambda: v2.AugMix(), 25),
    ("augMix",
     [{"severity": 7, "mixtureWidth": 2, "chainDepth": 2, "alpha": 0.5, "allOps": False, "interpolation": "nearest"}],
     lambda: v2.AugMix(7, 2, 2, 0.5, False, v2.InterpolationMode.NEAREST), 10),
]  # fmt: skip

def _parts() -> list[v2.Transform]:
    return [v2.RandomInvert(0.5), v2.ColorJitter(0.4), v2.RandomPosterize(2, 0.9)]


# Named as in the test, which builds the same of our transforms.
COMPOSITES: dict[str, Callable[[], v2.Transform]] = {
    "randomApply": lambda: v2.RandomApply([v2.RandomInvert(0.5), v2.ColorJitter(0.4)], 0.6),
    "randomChoice": lambda: v2.RandomChoice(_parts()),
    "weightedChoice": lambda: v2.RandomChoice(_parts(), [1, 0, 3]),
    "randomOrder": lambda: v2.RandomOrder(_parts()),
    "nested": lambda: v2.Compose([
        v2.RandomOrder([
            v2.RandomApply([v2.RandomChoice([v2.RandomSolarize(99), v2.RandomEqualize()])], 0.7),
            v2.ColorJitter(hue=0.3),
        ]),
        v2.RandomGrayscale(0.3),
    ]),
}  # fmt: skip

MIXES: dict[str, Callable[[], v2.Transform]] = {
    "mixUp": lambda: v2.MixUp(num_classes=5),
    "mixUp0.2": lambda: v2.MixUp(alpha=0.2, num_classes=5),
    "cutMix": lambda: v2.CutMix(num_classes=5),
    "cutMix0.4": lambda: v2.CutMix(alpha=0.4, num_classes=5),
    "either": lambda: v2.RandomChoice([v2.CutMix(num_classes=5), v2.MixUp(num_classes=5)]),
}


def _inputs() -> dict[str, torch.Tensor]:
    top, left, height, width = BOX
    return {
        "fish": decode(FISH)[:, top : top + height, left : left + width].contiguous(),
        "batch": formula_bytes((2, 3, 16, 11), 9000),
        "grey": formula_bytes((1, 19, 22), 5000),
    }


def _augmentations() -> list[JsonObject]:
    cases: list[JsonObject] = []
    for op, args, make, seeds in AUGMENTATIONS:
        transform = make()
        for seed in range(seeds):
            # Mostly a photograph of bytes; every tenth a float image, a batch, a grey one.
            name = {7: "batch", 8: "grey"}.get(seed % 10, "fish")
            if name == "grey" and any(isinstance(arg, dict) and isinstance(arg.get("fill"), list) for arg in args):
                name = "fish"
            dtype = torch.float32 if seed % 10 == 9 else torch.uint8
            image = in_dtype(_inputs()[name], dtype)
            torch.manual_seed(seed)
            result = transform(image)
            drawn = {"seed": seed, "input": name, "inputDtype": dtype_name(dtype), "op": op, "args": args}
            cases.append({**drawn, **brief(result), "generator": generator_state()})
    return cases


def _composites() -> list[JsonObject]:
    cases: list[JsonObject] = []
    image = _inputs()["fish"]
    for name, make in COMPOSITES.items():
        transform = make()
        for seed in range(12):
            torch.manual_seed(seed)
            result = transform(image)
            cases.append({"seed": seed, "name": name, **brief(result), "generator": generator_state()})
    return cases


def _mixes() -> list[JsonObject]:
    cases: list[JsonObject] = []
    pixels = formula_bytes((4, 3, 16, 11), 30000)
    classes = torch.tensor([3, 0, 4, 1])
    soft = in_dtype(formula_bytes((4, 5), 40000), torch.float32)
    for name, make in MIXES.items():
        transform = make()
        for seed in range(8):
            for labels in (classes, soft):
                dtype = torch.uint8 if name.startswith("cutMix") and seed % 2 else torch.float32
                torch.manual_seed(seed)
                x, y = transform(in_dtype(pixels, dtype), labels)
                drawn = {"seed": seed, "name": name, "inputDtype": dtype_name(dtype), "soft": labels is soft}
                cases.append({**drawn, "x": brief(x), "y": brief(y), "generator": generator_state()})
    return cases


def make() -> JsonObject:
    return {
        "environment": environment(torchvision=torchvision.__version__),
        "about": "torchvision.transforms.v2 on tensors after torch.manual_seed(seed). Inputs are those of "
        "scripts/goldens/transforms_inputs.py and transforms_composite.py; sha256 and generator (the state of torch's "
        "default generator afterwards) are the first 16 digits.",
        "fish": {"file": FISH, "box": BOX},
        "augmentations": _augmentations(),
        "composites": _composites(),
        "mixes": _mixes(),
    }
