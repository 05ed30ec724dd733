#!/usr/bin/env python3
"""Writes small phantoms and their perceptual hashes as computed by the imagehash package.

    python3 -m pip install --target FOLDER imagehash==4.3.2
    pneumo-data phantom PHANTOMS --count 6 --seed 3
    PYTHONPATH=FOLDER python3 Tools/make-hash-goldens.py PHANTOMS \\
      Tests/PneumoInspectionTests/Fixtures

The committed files were made with ImageHash 4.3.2, Pillow 13.0.0, NumPy 2.4.6 and SciPy 1.17.1.

phantom-*.jpeg: the phantoms, reduced so that the longer side has 180 pixels. hashes.txt:
`file | phash` for each of them, and `height width channels | phash` for
`pattern(height, width, channels)` below.
"""
import os
import sys

import imagehash
import numpy
from PIL import Image


def pattern(height, width, channels):
    index = numpy.arange(height * width * channels, dtype=numpy.uint64)
    values = ((index * 2654435761 & 0xFFFFFFFF) >> 13 & 0xFF).astype(numpy.uint8)
    shape = (height, width, channels) if channels > 1 else (height, width)
    return Image.fromarray(values.reshape(shape))


def main():
    source, target = sys.argv[1:]
    lines = []
    for folder in ["NORMAL", "PNEUMONIA"]:
        for name in sorted(os.listdir(os.path.join(source, folder))):
            path = os.path.join(target, name)
            with Image.open(os.path.join(source, folder, name)) as image:
                image.thumbnail((180, 180))
                image.save(path, quality=70)
            with Image.open(path) as image:
                lines.append(f"{name} | {imagehash.phash(image)}")
    for shape in [(32, 32, 1), (7, 5, 1), (77, 31, 1), (700, 1000, 1), (480, 640, 3), (40, 900, 1)]:
        lines.append(" ".join(map(str, shape)) + f" | {imagehash.phash(pattern(*shape))}")
    with open(os.path.join(target, "hashes.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")


main()
