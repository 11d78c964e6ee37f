"""transforms.json: torchvision's v2 transforms on the example photos.

JPEG decoding is libjpeg-turbo's through Pillow; the digest of the decoded pixels tells whether another
decoder already differs before any transform.
"""

from __future__ import annotations

import hashlib

import numpy
import PIL
import torch
from PIL import Image

from .common import PHOTOS, JsonObject, digest, dtype_name, encode, environment, formula_tensor
from .torchvision_import import torchvision

import torchvision.transforms.v2 as v2  # isort: skip  (after its import is prepared)
import torchvision.transforms.v2.functional as F  # isort: skip

MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]

# Landscape, portrait, very wide, white background; the boxes are [top, left, height, width].
PICTURES = {
    "fish9": ("test/fishes/fish9.jpg", [
        [0, 0, 192, 256], [57, 34, 134, 172], [22, 27, 151, 146], [26, 103, 141, 145],
        [20, 8, 77, 98], [4, 22, 176, 209], [16, 57, 111, 121], [64, 64, 11, 17]]),
    "tajMahal": ("train/monuments/tajMahal.jpg", [
        [0, 0, 170, 256], [0, 99, 166, 135], [9, 63, 158, 145], [0, 94, 82, 75],
        [21, 39, 138, 149], [45, 23, 105, 138], [17, 18, 110, 120], [56, 64, 11, 17]]),
    "hammer7": ("train/tools/hammer7.jpg", [[0, 0, 256, 171], [30, 20, 101, 99], [140, 0, 90, 120], [255, 170, 1, 1]]),
    "windmill13": ("train/renewable_energy/windmill13.jpg", []),
    "fish17": ("test/fishes/fish17.jpg", []),
}

# (op, arguments by this library's names, function of the image): applied to uint8 and to float32.
COLOUR_CASES = [
    *[("adjustBrightness", {"factor": f}, lambda x, f=f: F.adjust_brightness(x, f)) for f in (0.0, 0.7, 1.0, 1.3)],
    *[("adjustContrast", {"factor": f}, lambda x, f=f: F.adjust_contrast(x, f)) for f in (0.0, 0.7, 1.3)],
    *[("adjustSaturation", {"factor": f}, lambda x, f=f: F.adjust_saturation(x, f)) for f in (0.0, 0.7, 1.3)],
    *[("adjustHue", {"factor": f}, lambda x, f=f: F.adjust_hue(x, f)) for f in (-0.25, -0.1, 0.0, 0.1, 0.25, 0.5)],
    ("rgbToGrayscale", {"numOutputChannels": 1}, lambda x: F.rgb_to_grayscale(x, num_output_channels=1)),
    ("rgbToGrayscale", {"numOutputChannels": 3}, lambda x: F.rgb_to_grayscale(x, num_output_channels=3)),
]
GEOMETRY_CASES = [
    ("resize", {"size": 256}, lambda x: F.resize(x, [256], antialias=True)),
    ("resize", {"size": 64}, lambda x: F.resize(x, [64], antialias=True)),
    ("resize", {"size": 64, "antialias": False}, lambda x: F.resize(x, [64], antialias=False)),
    ("resize", {"size": [100, 60]}, lambda x: F.resize(x, [100, 60], antialias=True)),
    ("resize", {"size": 200, "maxSize": 240}, lambda x: F.resize(x, [200], max_size=240, antialias=True)),
    ("resize", {"size": [77, 90], "interpolation": "nearest"},
     lambda x: F.resize(x, [77, 90], interpolation=v2.InterpolationMode.NEAREST)),
    ("resize", {"size": [77, 90], "interpolation": "nearest-exact"},
     lambda x: F.resize(x, [77, 90], interpolation=v2.InterpolationMode.NEAREST_EXACT)),
    ("resize", {"size": [77, 90], "interpolation": "bicubic"},
     lambda x: F.resize(x, [77, 90], interpolation=v2.InterpolationMode.BICUBIC, antialias=True)),
    ("centerCrop", {"size": [224, 224]}, lambda x: F.center_crop(x, [224, 224])),
    ("centerCrop", {"size": [301, 100]}, lambda x: F.center_crop(x, [301, 100])),
    ("centerCrop", {"size": 63}, lambda x: F.center_crop(x, [63, 63])),
    ("horizontalFlip", {}, F.horizontal_flip),
    ("verticalFlip", {}, F.vertical_flip),
    ("crop", {"top": 10, "left": 20, "height": 31, "width": 33}, lambda x: F.crop(x, 10, 20, 31, 33)),
]
# Resize and crop together, as in evaluation: sides of 341 and 256 meet 224 at half a pixel.
EVAL_CASE = ("resize256CenterCrop224", {}, lambda x: F.center_crop(F.resize(x, [256], antialias=True), [224, 224]))


def _decode(path: str) -> torch.Tensor:
    with Image.open(PHOTOS / path) as picture:
        return torch.from_numpy(numpy.array(picture.convert("RGB"))).permute(2, 0, 1).contiguous()


def _case(image: str, source: torch.Tensor, op: str, args: dict, result: torch.Tensor) -> JsonObject:
    edge = 5 if result.dtype == torch.float32 else 8
    return {"image": image, "inputDtype": dtype_name(source.dtype), "op": op, "args": args,
            **digest(result, (result.shape[0], edge, edge))}


def _cases(name: str, pixels: torch.Tensor, boxes: list[list[int]]) -> list[JsonObject]:
    # Colour and odd geometry on two pictures are enough; the evaluation path runs on all.
    full = name in ("fish9", "hammer7")
    cases = []
    # ToTensor divides; ToDtype(scale=True), the newer way, multiplies by 1/255, which differs in the last bit.
    as_float = pixels.to(torch.float32).div(255)
    cases.append(_case(name, pixels, "toTensor", {}, as_float))
    cases.append(_case(name, pixels, "toDtype", {"dtype": "float32", "scale": True},
                       F.to_dtype(pixels, torch.float32, scale=True)))
    for source in (pixels, as_float):
        table = [EVAL_CASE, *(GEOMETRY_CASES + COLOUR_CASES if full else GEOMETRY_CASES[:1])]
        for op, args, function in table:
            cases.append(_case(name, source, op, args, function(source)))
        for box in boxes:
            args = {"box": box, "size": [224, 224]}
            cases.append(_case(name, source, "resizedCrop", args, F.resized_crop(source, *box, [224, 224], antialias=True)))
        crop = EVAL_CASE[2](source)
        scaled = crop.to(torch.float32).div(255) if source is pixels else crop
        cases.append(_case(name, source, "resize256CenterCrop224Normalize", {"mean": MEAN, "std": STD},
                           F.normalize(scaled, MEAN, STD)))
    return cases


def _image(name: str, path: str, pixels: torch.Tensor) -> JsonObject:
    interleaved = pixels.permute(1, 2, 0).contiguous().numpy().tobytes()
    return {"name": name, "file": path, "height": pixels.shape[1], "width": pixels.shape[2],
            "decodedRgbSha256": hashlib.sha256(interleaved).hexdigest(),
            "corner": pixels[:, 0, 0].tolist(), "center": pixels[:, pixels.shape[1] // 2, pixels.shape[2] // 2].tolist()}


def _random_parameters() -> list[JsonObject]:
    """What torchvision draws from torch's global generator, one call after manual_seed(seed)."""
    picture = torch.zeros(3, 192, 256, dtype=torch.uint8)
    wide = torch.zeros(3, 10, 400, dtype=torch.uint8)
    crop = v2.RandomResizedCrop(224)
    jitter = v2.ColorJitter(0.4, 0.3, 0.2, 0.1)
    entries: list[JsonObject] = []
    for seed in range(8):
        for image in (picture, wide):
            torch.manual_seed(seed)
            drawn = crop.make_params([image])
            entries.append({"op": "randomResizedCrop", "seed": seed, "height": image.shape[1], "width": image.shape[2],
                            "box": [drawn["top"], drawn["left"], drawn["height"], drawn["width"]]})
        torch.manual_seed(seed)
        drawn = jitter.make_params([picture])
        entries.append({"op": "colorJitter", "seed": seed, "brightness": 0.4, "contrast": 0.3, "saturation": 0.2,
                        "hue": 0.1, "order": [int(i) for i in drawn["fn_idx"]],
                        "factors": [float(drawn[f"{key}_factor"]) for key in ("brightness", "contrast", "saturation", "hue")]})
        torch.manual_seed(seed)
        entries.append({"op": "randomHorizontalFlip", "seed": seed, "p": 0.5, "flips": bool(torch.rand(1) < 0.5)})
    return entries


def _grids() -> list[JsonObject]:
    batch = formula_tensor([5, 3, 4, 6])
    grey = formula_tensor([3, 1, 4, 4], 1000)
    settings: list[tuple[torch.Tensor, int, dict, dict]] = [
        (batch, 0, {}, {}),
        (batch, 0, {"nrow": 3}, {"nrow": 3}),
        (batch, 0, {"nrow": 2, "padding": 1, "padValue": 0.5}, {"nrow": 2, "padding": 1, "pad_value": 0.5}),
        (batch, 0, {"nrow": 3, "normalize": True}, {"nrow": 3, "normalize": True}),
        (batch, 0, {"normalize": True, "scaleEach": True}, {"normalize": True, "scale_each": True}),
        (batch, 0, {"normalize": True, "valueRange": [-0.25, 0.25]}, {"normalize": True, "value_range": (-0.25, 0.25)}),
        (grey, 1000, {}, {}),
        (batch[0], 0, {"padding": 1}, {"padding": 1}),
    ]
    return [{"shape": list(x.shape), "offset": offset, "options": ours,
             "result": encode(torchvision.utils.make_grid(x, **theirs))} for x, offset, ours, theirs in settings]


def make() -> JsonObject:
    decoded = {name: _decode(path) for name, (path, _) in PICTURES.items()}
    ends = F.normalize(torch.stack([torch.zeros(3), torch.ones(3)]).reshape(2, 3, 1, 1), MEAN, STD)
    return {
        "environment": environment(torchvision=torchvision.__version__, pillow=PIL.__version__),
        "about": "torchvision.transforms.v2.functional on CHW tensors; bilinear with antialias unless an argument says "
        "otherwise. A float32 input is the uint8 picture divided by 255. The slice is the middle of the result, all channels. "
        "colorJitter factors stand in the order brightness, contrast, saturation, hue; order lists which is applied "
        "first. uint8 results are the same on every CPU with AVX2 or better (older ones resize through float32, at "
        "most 1 off). With more than one thread, float32 contrast and float32 resize without antialias may differ in "
        "the last bit.",
        "images": [_image(name, PICTURES[name][0], pixels) for name, pixels in decoded.items()],
        "cases": [case for name, pixels in decoded.items() for case in _cases(name, pixels, PICTURES[name][1])],
        "normalizedBlackAndWhite": encode(ends),
        "params": _random_parameters(),
        "grids": _grids(),
    }
