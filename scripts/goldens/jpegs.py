"""Small JPEG files of every kind that photos come in, and what Pillow decodes them to."""

from __future__ import annotations

import base64
import hashlib
import io

from PIL import Image, features

from goldens.common import PHOTOS, JsonObject

PHOTO = "test/fishes/fish9.jpg"
# Odd sizes; 13, 17 and 20 columns of units of 8 pixels, two of them primes.
SIZES = ((97, 77), (131, 61), (159, 45))
KINDS: dict[str, tuple[str, JsonObject]] = {
    "4:4:4": ("RGB", {"subsampling": "4:4:4"}),
    "4:2:2": ("RGB", {"subsampling": "4:2:2"}),
    "4:2:0": ("RGB", {"subsampling": "4:2:0"}),
    "grey": ("L", {}),
    "4:2:0 progressive": ("RGB", {"subsampling": "4:2:0", "progressive": True}),
    "4:2:2 progressive": ("RGB", {"subsampling": "4:2:2", "progressive": True}),
    "grey progressive": ("L", {"progressive": True}),
    "4:2:0 restart markers": ("RGB", {"subsampling": "4:2:0", "restart_marker_blocks": 3}),
    "RGB": ("RGB", {"keep_rgb": True}),
    "CMYK": ("CMYK", {}),
}


def _file(mode: str, options: JsonObject, size: tuple[int, int]) -> bytes:
    with Image.open(PHOTOS / PHOTO) as photo:
        picture = photo.convert(mode).resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60, **options)
    return out.getvalue()


def _case(kind: str, size: tuple[int, int]) -> JsonObject:
    data = _file(*KINDS[kind], size)
    with Image.open(io.BytesIO(data)) as picture:
        pixels = picture.convert("RGB").tobytes()
    return {
        "kind": kind,
        "width": size[0],
        "height": size[1],
        "file": base64.b64encode(data).decode(),
        "sha256": hashlib.sha256(pixels).hexdigest(),
    }


def make() -> JsonObject:
    return {
        "about": f"JPEG files that Pillow has written of {PHOTO}, and the sha256 of the bytes [height, width, RGB] that "
        f"it decodes them to, with libjpeg-turbo {features.version('libjpeg_turbo')}.",
        "files": [_case(kind, size) for size in SIZES for kind in KINDS],
    }
