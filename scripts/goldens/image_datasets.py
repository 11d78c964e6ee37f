"""image_datasets.json: what torchvision's data sets make of small folders laid out as the real ones, and where they
download from. Flowers102 needs scipy: pip install scipy."""

from __future__ import annotations

import base64
import importlib
import io
import json
import tempfile
from pathlib import Path

import numpy
import scipy
from scipy.io import savemat

from .common import JsonObject, environment
from .torchvision_import import torchvision

Files = dict[str, bytes]
PICTURE = b""  # the lists are made without a look into the pictures


def food101() -> Files:
    # Neither the classes nor the pictures are in order, and one name needs code points to be sorted.
    train = {"waffles": ["waffles/9", "waffles/10"], "apple_pie": ["apple_pie/2"], "Zuppa": ["Zuppa/1"], "éclair": ["éclair/3"]}
    test = {"éclair": ["éclair/1"], "waffles": ["waffles/1"], "Zuppa": ["Zuppa/7"], "apple_pie": ["apple_pie/5", "apple_pie/1"]}
    files: Files = {"food-101/images/waffles/1.jpg": PICTURE}
    for split, lists in (("train", train), ("test", test)):
        files[f"food-101/meta/{split}.json"] = json.dumps(lists, ensure_ascii=False).encode()
    return files


def eurosat() -> Files:
    names = ("River/River_10.jpg", "River/River_2.jpg", "AnnualCrop/AnnualCrop_1.jpg", "SeaLake/deep/a.PNG", "SeaLake/x.txt")
    return {f"eurosat/2750/{name}": PICTURE for name in names}


def imagenette() -> Files:
    files: Files = {}
    for folder in ("imagenette2", "imagenette2-320", "imagenette2-160"):
        for split in ("train", "val"):
            for wnid in ("n03888257", "n01440764", "n02102040"):
                for picture in (f"{wnid}_9.JPEG", f"ILSVRC2012_{split}_1.JPEG", "other.jpg"):
                    files[f"{folder}/{split}/{wnid}/{picture}"] = PICTURE
    return files


def oxford_iiit_pet() -> Files:
    trainval = "Abyssinian_100 1 1 1\ngreat_pyrenees_12 16 2 9\nmiXed_CASE_7 2 2 1\nAbyssinian_2 1 1 1\n"
    test = "samoyed_5 3 2 20\nBombay_1 1 1 3\nyorkshire_terrier_8 2 2 25"
    return {
        "oxford-iiit-pet/images/Abyssinian_100.jpg": PICTURE,
        "oxford-iiit-pet/annotations/trainval.txt": trainval.encode(),
        "oxford-iiit-pet/annotations/test.txt": test.encode(),
    }


def flowers102() -> Files:
    def mat(**arrays: numpy.ndarray) -> bytes:
        file = io.BytesIO()
        savemat(file, arrays, do_compression=True)
        return file.getvalue()

    labels = numpy.array([[77, 77, 1, 102, 5, 5, 63, 9, 10, 11, 12, 13]], dtype=numpy.uint8)
    sets = {
        "trnid": numpy.array([[12, 3, 1]], dtype=numpy.uint16),
        "valid": numpy.array([[4, 2]], dtype=numpy.int64),
        "tstid": numpy.array([[10, 9, 8, 7, 6, 5, 11]], dtype=numpy.int32),
    }
    return {
        "flowers-102/jpg/image_00001.jpg": PICTURE,
        "flowers-102/imagelabels.mat": mat(labels=labels),
        "flowers-102/setid.mat": mat(**sets),
    }


# (our name, torchvision's class, layout, options)
CASES = [
    *[("food101", "Food101", food101, {"split": split}) for split in ("train", "test")],
    ("eurosat", "EuroSAT", eurosat, {}),
    *[("imagenette", "Imagenette", imagenette, {"split": split, "size": size})
      for split in ("train", "val") for size in ("full", "320px", "160px")],
    *[("oxfordIIITPet", "OxfordIIITPet", oxford_iiit_pet, {"split": split}) for split in ("trainval", "test")],
    *[("flowers102", "Flowers102", flowers102, {"split": split}) for split in ("train", "val", "test")],
]  # fmt: skip


def lay_out(root: Path, files: Files) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def samples_of(data: object) -> list[tuple[str, int]]:
    if hasattr(data, "samples"):
        return data.samples
    if hasattr(data, "_samples"):
        return data._samples
    files = data._images if hasattr(data, "_images") else data._image_files
    return list(zip(files, data._labels, strict=True))


def case(name: str, kind: str, layout, options: dict[str, str]) -> JsonObject:
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), layout())
        cls = getattr(torchvision.datasets, kind)
        if kind == "Flowers102":  # whose label files are compared with checksums
            cls = type(kind, (cls,), {"_check_integrity": lambda self: True})
        data = cls(folder, **options)
        result: JsonObject = {
            "name": name,
            "layout": layout.__name__,
            "options": options,
            "classes": data.classes,
            "samples": [[Path(path).relative_to(folder).as_posix(), label] for path, label in samples_of(data)],
        }
        for attribute in ("class_to_idx", "wnids", "wnid_to_idx", "_bin_labels", "bin_class_to_idx"):
            if hasattr(data, attribute):
                result[attribute] = getattr(data, attribute)
        return result


def downloads(name: str, kind: str, options: dict[str, str]) -> JsonObject:
    """The addresses and checksums with which torchvision's class would download."""
    module = importlib.import_module(getattr(torchvision.datasets, kind).__module__)
    files: list[list[str]] = []

    def record(url: str, *_args: object, md5: str, **_more: object) -> None:
        files.append([url, md5])

    for function in ("download_url", "download_and_extract_archive"):
        if hasattr(module, function):
            setattr(module, function, record)
    with tempfile.TemporaryDirectory() as folder:
        try:
            getattr(torchvision.datasets, kind)(folder, download=True, **options)
        except (RuntimeError, FileNotFoundError):
            pass  # for nothing was downloaded
    return {"name": name, "options": options, "files": files}


def make() -> JsonObject:
    layouts = {layout.__name__: layout for _, _, layout, _ in CASES}
    sizes = [("imagenette", "Imagenette", {"size": size}) for size in ("full", "320px", "160px")]
    others = [("food101", "Food101"), ("eurosat", "EuroSAT"), ("oxfordIIITPet", "OxfordIIITPet"), ("flowers102", "Flowers102")]
    return {
        "environment": environment(torchvision=torchvision.__version__, scipy=scipy.__version__),
        "about": "layouts: files by path, base64. cases: lists made of them; paths relative to the root.",
        "layouts": [
            {"name": name, "files": {path: base64.b64encode(data).decode() for path, data in layout().items()}}
            for name, layout in layouts.items()
        ],
        "cases": [case(*entry) for entry in CASES],
        "downloads": [downloads(*entry) for entry in [*((*other, {}) for other in others), *sizes]],
    }
