"""The file of a recording: frames of JSON with the bytes of their tensors behind it. scripts/parity/recording.ts reads it.

    "PARITY1\\n", then for each frame: uint32 length of the JSON, uint32 length of the payload, JSON, payload

All numbers are little-endian. Tensors lie in the payload at multiples of 16 bytes.
"""

from __future__ import annotations

import json
import struct
from typing import BinaryIO

MAGIC = b"PARITY1\n"
ALIGNMENT = 16


class Payload:
    """The bytes of a frame's tensors."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, data: bytes) -> int:
        """Appends `data`; where it begins."""
        padding = -self.size % ALIGNMENT
        self.parts.append(bytes(padding) + data)
        start = self.size + padding
        self.size = start + len(data)
        return start


def write_frame(file: BinaryIO, header: dict[str, object], payload: Payload) -> None:
    # allow_nan: values that JSON lacks are encoded before they come here; one that slipped through is an error.
    text = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    file.write(struct.pack("<II", len(text), payload.size))
    file.write(text)
    for part in payload.parts:
        file.write(part)
