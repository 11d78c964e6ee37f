"""transforms_geometric.json: torchvision's v2 transforms that move pixels, on formula data.

Arguments stand as this library takes them, so that a reader can call its functions without a table of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import torch

from .common import JsonObject, digest, dtype_name, environment, formula_tensor
from .torchvision_import import torchvision

import torchvision.transforms.v2 as v2  # isort: skip  (after its import is prepared)
import torchvision.transforms.v2.functional as F  # isort: skip

Function = Callable[[torch.Tensor], torch.Tensor]
# Operation, this library's arguments, torchvision's function.
Case = tuple[str, list, Function]

SHAPE = [3, 23, 31]
SQUARE = [3, 24, 24]
BATCH = [2, 3, 23, 31]
DTYPES = [torch.uint8, torch.float32]
MORE_DTYPES = [torch.float64, torch.float16, torch.bfloat16, torch.int16, torch.int64, torch.bool]


def picture(shape: list[int], dtype: torch.dtype) -> torch.Tensor:
    """Formula values from 0 to 1, as integers from 0 to 255, as bool from 0.5 on."""
    values = formula_tensor(shape) + 0.5
    if dtype == torch.bool:
        return values >= 0.5
    return values.to(dtype) if dtype.is_floating_point else (values * 256).floor().to(dtype)


def resizes() -> list[Case]:
    cases: list[Case] = []
    for mode in ("bilinear", "bicubic", "lanczos", "nearest", "nearest-exact"):
        for size in ([11, 13], [40, 37], [23, 12]):
            cases.append(("resize", [size, {"interpolation": mode}],
                          lambda x, size=size, mode=mode: F.resize(x, size, interpolation=mode)))
    for mode in ("bilinear", "bicubic"):
        cases.append(("resize", [[11, 13], {"interpolation": mode, "antialias": False}],
                      lambda x, mode=mode: F.resize(x, [11, 13], interpolation=mode, antialias=False)))
    cases.append(("resize", [30], lambda x: F.resize(x, [30])))
    cases.append(("resize", [30, {"maxSize": 35}], lambda x: F.resize(x, [30], max_size=35)))
    cases.append(("resize", [None, {"maxSize": 17}], lambda x: F.resize(x, None, max_size=17)))
    cases.append(("resizedCrop", [-2, 5, 20, 30, [9, 8]], lambda x: F.resized_crop(x, -2, 5, 20, 30, [9, 8])))
    return cases


def pads() -> list[Case]:
    cases: list[Case] = []
    for mode in ("constant", "edge", "reflect", "symmetric"):
        for padding in (3, [4], [1, 2], [1, 2, 3, 4]):
            cases.append(("pad", [padding, {"paddingMode": mode}],
                          lambda x, padding=padding, mode=mode: F.pad(x, padding, padding_mode=mode)))
    for fill in (7, [1], [1, 0.5, 200]):
        cases.append(("pad", [[1, 2, 3, 4], {"fill": fill}], lambda x, fill=fill: F.pad(x, [1, 2, 3, 4], fill=fill)))
    return cases


def maps() -> list[Case]:
    cases: list[Case] = []
    for angle in (0, 30, -45.5, 90, 180, 270, -90, 720, 400.25):
        cases.append(("rotate", [angle], lambda x, angle=angle: F.rotate(x, angle)))
        cases.append(("rotate", [angle, {"interpolation": "bilinear", "expand": True, "fill": 0.25}],
                      lambda x, angle=angle: F.rotate(x, angle, interpolation="bilinear", expand=True, fill=0.25)))
    cases.append(("rotate", [33, {"center": [3, 4.5], "fill": [1, 2, 3]}],
                  lambda x: F.rotate(x, 33, center=[3, 4.5], fill=[1, 2, 3])))
    cases.append(("rotate", [90, {"center": [3, 4], "interpolation": "bilinear"}],
                  lambda x: F.rotate(x, 90, center=[3, 4], interpolation="bilinear")))
    settings: list[tuple[list, dict]] = [
        ([20, [3, -2], 1.2, [10, -5]], {}),
        ([20, [3, -2], 1.2, [10, -5]], {"interpolation": "bilinear"}),
        ([-170, [0.5, 0], 0.5, 12], {"interpolation": "bilinear", "fill": 0}),
        ([5, [0, 0], 2, [7]], {"fill": [9, 8, 7], "center": [0, 0]}),
        ([0, [0, 0], 1, 0], {"fill": 5}),
        ([45, [1, 1], 1, [0, 0]], {"interpolation": "bilinear", "fill": [0.5, 0, 1], "center": [12.25, 3]}),
    ]
    for (angle, translate, scale, shear), options in settings:
        python_shear = [float(shear)] + [0.0] if isinstance(shear, int) else [float(s) for s in shear]
        cases.append(("affine", [angle, translate, scale, shear, options],
                      lambda x, a=angle, t=translate, s=scale, sh=python_shear, o=options: F.affine(x, a, t, s, sh, **o)))
    from_points = [[0, 0], [30, 0], [30, 22], [0, 22]]
    to_points = [[2, 3], [28, 1], [25, 20], [4, 19]]
    for options in ({}, {"fill": 0}, {"interpolation": "nearest", "fill": [3, 2, 1]}):
        cases.append(("perspective", [from_points, to_points, options],
                      lambda x, o=options: F.perspective(x, from_points, to_points, **o)))
    coefficients = [1.1, 0.1, -2, 0.05, 0.9, 1, 0.001, -0.002]
    cases.append(("perspective", [None, None, {"coefficients": coefficients}],
                  lambda x: F.perspective(x, None, None, coefficients=coefficients)))
    return cases


def elastics() -> list[Case]:
    """The displacement is formula data divided by 4, from offset 5000 on."""
    cases: list[Case] = []
    for options in ({}, {"fill": 0.5}, {"interpolation": "nearest", "fill": [3, 2, 1]}):
        cases.append(("elastic", [options],
                      lambda x, o=options: F.elastic(x, formula_tensor([1, *x.shape[-2:], 2], 5000) / 4, **o)))
    return cases


def blurs() -> list[Case]:
    cases: list[Case] = []
    for kernel, sigma in ((3, None), ([5, 3], None), (7, 1.5), ([3, 9], [0.5, 2.5]), (1, None), (23, 4)):
        options = {} if sigma is None else {"sigma": sigma}
        python_kernel = [kernel, kernel] if isinstance(kernel, int) else kernel
        cases.append(("gaussianBlur", [kernel, options],
                      lambda x, k=python_kernel, s=sigma: F.gaussian_blur(x, k, s)))
    return cases


def others() -> list[Case]:
    return [
        ("fiveCrop", [[11, 12]], lambda x: torch.stack(F.five_crop(x, [11, 12]))),
        ("fiveCrop", [10], lambda x: torch.stack(F.five_crop(x, [10]))),
        ("tenCrop", [[11, 12]], lambda x: torch.stack(F.ten_crop(x, [11, 12]))),
        ("tenCrop", [[11, 12], {"verticalFlip": True}], lambda x: torch.stack(F.ten_crop(x, [11, 12], vertical_flip=True))),
        ("erase", [2, 3, 5, 7, 0.75], lambda x: F.erase(x, 2, 3, 5, 7, torch.tensor(0.75))),
        ("erase", [0, 0, 23, 31, [1, 2, 3]], lambda x: F.erase(x, 0, 0, 23, 31, torch.tensor([1.0, 2, 3])[:, None, None])),
        ("centerCrop", [[40, 12]], lambda x: F.center_crop(x, [40, 12])),
        ("crop", [-3, 20, 30, 40], lambda x: F.crop(x, -3, 20, 30, 40)),
    ]


# One or two of each for the element types that images seldom have.
def few() -> list[Case]:
    chosen = {"resize": (0, 3, 4, 9), "pad": (3, 10, 18), "rotate": (1, 3), "affine": (2,), "perspective": (1,),
              "elastic": (1,), "gaussianBlur": (2,), "erase": (0,), "tenCrop": (0,)}
    by_name: dict[str, list[Case]] = {}
    for case in everything():
        by_name.setdefault(case[0], []).append(case)
    return [by_name[name][i] for name, indices in chosen.items() for i in indices]


def everything() -> list[Case]:
    return [*resizes(), *pads(), *maps(), *elastics(), *blurs(), *others()]


def randoms() -> list[Case]:
    """Classes: each is called three times in a row after one seed, which tells how much it draws."""
    return [
        ("randomCrop", [[12, 20]], v2.RandomCrop([12, 20])),
        ("randomCrop", [23], v2.RandomCrop(23)),
        ("randomCrop", [[12, 20], {"padding": 4}], v2.RandomCrop([12, 20], padding=4)),
        ("randomCrop", [40, {"padIfNeeded": True, "fill": [1, 0, 3], "padding": [1, 2, 3, 4]}],
         v2.RandomCrop(40, pad_if_needed=True, fill=[1, 0, 3], padding=[1, 2, 3, 4])),
        ("randomCrop", [[30, 20], {"padIfNeeded": True, "paddingMode": "reflect"}],
         v2.RandomCrop([30, 20], pad_if_needed=True, padding_mode="reflect")),
        ("randomZoomOut", [], v2.RandomZoomOut()),
        ("randomZoomOut", [{"fill": [1, 2, 3], "sideRange": [1.5, 1.7], "p": 1}],
         v2.RandomZoomOut(fill=[1, 2, 3], side_range=[1.5, 1.7], p=1)),
        ("randomRotation", [30], v2.RandomRotation(30)),
        ("randomRotation", [[-10, 170], {"interpolation": "bilinear", "expand": True, "fill": 1}],
         v2.RandomRotation([-10, 170], interpolation="bilinear", expand=True, fill=1)),
        ("randomAffine", [15], v2.RandomAffine(15)),
        ("randomAffine", [[0, 90], {"translate": [0.1, 0.3], "scale": [0.5, 1.5], "shear": 10,
                                   "interpolation": "bilinear"}],
         v2.RandomAffine([0, 90], translate=[0.1, 0.3], scale=[0.5, 1.5], shear=10, interpolation="bilinear")),
        ("randomAffine", [0, {"shear": [-5, 5, 0, 20], "center": [3, 4], "fill": [4, 5, 6]}],
         v2.RandomAffine(0, shear=[-5, 5, 0, 20], center=[3, 4], fill=[4, 5, 6])),
        ("randomPerspective", [], v2.RandomPerspective()),
        ("randomPerspective", [{"distortionScale": 0.9, "p": 1, "interpolation": "nearest", "fill": 7}],
         v2.RandomPerspective(0.9, 1, "nearest", 7)),
        ("elasticTransform", [{"sigma": 1.2}], v2.ElasticTransform(sigma=1.2)),
        ("elasticTransform", [{"alpha": [10, 30], "sigma": [0.6, 2], "fill": [1, 2, 3], "interpolation": "nearest"}],
         v2.ElasticTransform([10, 30], [0.6, 2], "nearest", [1, 2, 3])),
        ("elasticTransform", [{"alpha": 2, "sigma": 0}], v2.ElasticTransform(2.0, 0.0)),
        ("randomGaussianBlur", [5], v2.GaussianBlur(5)),
        ("randomGaussianBlur", [[3, 7], {"sigma": [0.5, 0.9]}], v2.GaussianBlur([3, 7], sigma=(0.5, 0.9))),
        ("randomErasing", [], v2.RandomErasing()),
        ("randomErasing", [{"p": 1, "value": "random", "scale": [0.1, 0.5]}],
         v2.RandomErasing(p=1, value="random", scale=(0.1, 0.5))),
        ("randomErasing", [{"p": 1, "value": [1, 0, 0.5], "ratio": [1, 2]}],
         v2.RandomErasing(p=1, value=[1, 0, 0.5], ratio=(1, 2))),
        ("randomErasing", [{"p": 1, "scale": [0.9, 1]}], v2.RandomErasing(p=1, scale=(0.9, 1))),
        ("scaleJitter", [[40, 30]], v2.ScaleJitter((40, 30))),
        ("scaleJitter", [[20, 30], {"scaleRange": [0.7, 1], "interpolation": "nearest"}],
         v2.ScaleJitter((20, 30), (0.7, 1), "nearest")),
        ("randomShortestSize", [[10, 12, 20, 30], {"maxSize": 32}], v2.RandomShortestSize([10, 12, 20, 30], 32)),
        ("randomShortestSize", [19], v2.RandomShortestSize(19)),
        ("randomResize", [8, 40], v2.RandomResize(8, 40)),
        ("randomResizedCrop", [[9, 14]], v2.RandomResizedCrop([9, 14])),
        ("randomHorizontalFlip", [0.1], v2.RandomHorizontalFlip(0.1)),
        ("randomVerticalFlip", [], v2.RandomVerticalFlip()),
    ]


def _fixed(op: str, args: list, function: Function, shape: list[int], dtype: torch.dtype) -> JsonObject:
    result = function(picture(shape, dtype))
    return {"op": op, "args": args, "input": [shape, dtype_name(dtype)], **_digest(result)}


def _drawn(op: str, args: list, transform: Function, shape: list[int], dtype: torch.dtype, seed: int) -> JsonObject:
    image = picture(shape, dtype)
    torch.manual_seed(seed)
    results = [transform(image) for _ in range(3)]
    state = hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest()
    return {"op": op, "args": args, "input": [shape, dtype_name(dtype)], "seed": seed,
            "results": [_digest(result) for result in results], "state": state}


def _digest(result: torch.Tensor) -> JsonObject:
    """Shape and sha256, and a few values in the middle for machines that compute the last bit otherwise."""
    return digest(result, (1,) * (result.dim() - 1) + (3,))


def _products() -> list[JsonObject]:
    """What the machine makes of a matrix product and a convolution; where these differ, results may in the last bit."""
    points, matrix = formula_tensor([1, 713, 3]), formula_tensor([1, 2, 3], 9000)
    image, kernel = formula_tensor([1, 3, 29, 37]), formula_tensor([3, 1, 7, 7], 9000)
    return [digest(points.bmm(matrix.transpose(1, 2))), digest(torch.conv2d(image, kernel, groups=3))]


def make() -> JsonObject:
    cases = [_fixed(*case, SHAPE, dtype) for case in everything() for dtype in DTYPES]
    cases += [_fixed(*case, SHAPE, dtype) for case in few() for dtype in MORE_DTYPES]
    cases += [_fixed(*case, BATCH, dtype) for case in few() for dtype in DTYPES]
    cases += [_fixed(*case, SQUARE, torch.uint8) for case in maps() if case[0] == "rotate"]
    drawn = [_drawn(*case, SHAPE, dtype, seed) for case in randoms() for seed, dtype in ((0, torch.uint8), (7, torch.float32))]
    drawn += [_drawn(*case, BATCH, torch.float32, 3) for case in randoms()]
    return {
        "environment": environment(torchvision=torchvision.__version__),
        "about": "torchvision.transforms.v2 on formula data: values from 0 to 1, integers from 0 to 255, bool. `cases` are "
        "functions; `drawn` are classes, called three times after one torch.manual_seed, with the sha256 of the generator's "
        "state afterwards. The displacement of elastic is formula data from offset 5000 on, divided by 4. The slice is in "
        "the middle of the result. Rotation, affine maps, perspective and blurring rest on matrix products and "
        "convolutions, which differ in the last bit between CPUs: `products` are digests of one of each.",
        "products": _products(),
        "cases": cases,
        "drawn": drawn,
    }
