"""What torchvision's transforms make of pictures, for the native loader's programs (native/image/program.h)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy
import torch

from goldens.common import JsonObject, digest, environment
from goldens.torchvision_import import torchvision

import torchvision.transforms.v2.functional as F  # isort: skip  (after its import is prepared)

CASES = 120
TONES = 60
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]


class Step(NamedTuple):
    """One step, as numbers for the loader and as a function for torchvision."""

    code: list[float]
    run: Callable[[torch.Tensor], torch.Tensor]


def picture(width: int, height: int, seed: int, mask: int) -> torch.Tensor:
    """Bytes by a formula that the test repeats; a mask makes many of them equal."""
    index = numpy.arange(width * height * 3, dtype=numpy.uint32) + numpy.uint32(seed)
    values = (index * numpy.uint32(2654435761)) >> numpy.uint32(24)
    pixels = (values & numpy.uint32(mask)).astype(numpy.uint8).reshape(height, width, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1)


def crop(random: numpy.random.Generator, width: int, height: int) -> Step:
    columns, rows = int(random.integers(2, width + 1)), int(random.integers(1, height + 1))
    left, top = int(random.integers(width - columns + 1)), int(random.integers(height - rows + 1))
    return Step([3, top, left, rows, columns], lambda x: F.crop(x, top, left, rows, columns))


def resize(random: numpy.random.Generator) -> Step:
    size = [int(random.integers(1, 100)), int(random.integers(1, 100))]
    return Step([2, *size], lambda x: F.resize(x, size, antialias=True))


def colour(random: numpy.random.Generator) -> Step:
    factor, turn = float(random.uniform(0.4, 1.6)), float(random.uniform(-0.5, 0.5))
    steps = [
        Step([8, factor], lambda x: F.adjust_brightness(x, factor)),
        Step([9, factor], lambda x: F.adjust_contrast(x, factor)),
        Step([10, factor], lambda x: F.adjust_saturation(x, factor)),
        Step([11, turn], lambda x: F.adjust_hue(x, turn)),
        Step([13], lambda x: F.rgb_to_grayscale(x, 3)),
    ]
    return steps[int(random.integers(len(steps)))]


def to_float(random: numpy.random.Generator) -> Step:
    divide = Step([14, 0], lambda x: x.to(torch.float32).div(255))
    multiply = Step([14, 1], lambda x: F.to_dtype(x, torch.float32, scale=True))
    return divide if random.integers(2) else multiply


FLIP_X = Step([6, -1], F.horizontal_flip)
FLIP_Y = Step([7, -1], F.vertical_flip)
NORMALIZE = Step([15, *MEAN, *STD], lambda x: F.normalize(x, MEAN, STD))


def steps_of(random: numpy.random.Generator, width: int, height: int) -> list[Step]:
    # Numbers from the start, at the end, or never.
    numbers = int(random.integers(3))
    steps = [to_float(random)] if numbers == 0 else []
    steps.append(crop(random, width, height))
    if random.random() < 0.85:
        steps.append(resize(random))
    if random.random() < 0.5:
        steps.append(FLIP_X)
    if random.random() < 0.2:
        steps.append(FLIP_Y)
    steps += [colour(random) for _ in range(int(random.integers(4)))]
    if numbers == 1:
        steps.append(to_float(random))
    if numbers < 2 and random.random() < 0.7:
        steps.append(NORMALIZE)
    return steps


def tone(random: numpy.random.Generator, in_floats: bool) -> Step:
    white = 1 if in_floats else 255
    threshold, bits = float(random.uniform(0, white)), int(random.integers(9))
    factor = float(random.uniform(0, 3))
    steps = [
        Step([20, -1], F.invert),
        Step([21, -1, threshold], lambda x: F.solarize(x, threshold)),
        Step([22, -1, bits], lambda x: F.posterize(x, bits)),
        Step([23, -1], F.autocontrast),
        Step([24, -1], F.equalize),
        Step([25, -1, factor], lambda x: F.adjust_sharpness(x, factor)),
    ]
    return steps[int(random.integers(4 if in_floats else 6))]


def tones_of(random: numpy.random.Generator, width: int, height: int) -> list[Step]:
    steps = [crop(random, width, height)] if random.integers(2) else [resize(random)]
    in_floats = random.random() < 0.4
    if in_floats:
        steps.append(to_float(random))
    return steps + [tone(random, in_floats) for _ in range(int(random.integers(1, 4)))]


Steps = Callable[[numpy.random.Generator, int, int], list[Step]]


def _case(random: numpy.random.Generator, make_steps: Steps) -> JsonObject:
    width, height = int(random.integers(2, 160)), int(random.integers(2, 160))
    seed, mask = int(random.integers(1 << 20)), (0xFF, 0xE0)[int(random.integers(2))]
    steps = make_steps(random, width, height)
    image = picture(width, height, seed, mask).contiguous()
    for step in steps:
        image = step.run(image)
    return {
        "width": width,
        "height": height,
        "seed": seed,
        "mask": mask,
        "program": [number for step in steps for number in step.code],
        "result": digest(image.contiguous()),
    }


def make() -> JsonObject:
    random = numpy.random.default_rng(5)
    return {
        "about": "torchvision.transforms.v2.functional on pictures ((seed + i) * 2654435761 mod 2^32 >> 24) & mask for "
        "i = 0 ... of [height, width, 3]; programs as in native/image/program.h. Uint8 resizing needs a CPU with AVX2.",
        "environment": environment(torchvision=torchvision.__version__),
        "cases": [_case(random, steps_of) for _ in range(CASES)] + [_case(random, tones_of) for _ in range(TONES)],
    }
