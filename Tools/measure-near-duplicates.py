#!/usr/bin/env python3
"""Measures how similar different X-rays are, and how similar an X-ray is to a modified copy.

    python3 Tools/measure-near-duplicates.py FOLDER

FOLDER holds class folders of JPEG files named as in Kermany et al. (2018), whose names identify the
patients. Needs NumPy, SciPy and Pillow, and memory in proportion to the square of the number of
images. The figures beside `LeakCheck.Standard` were measured with NumPy 2, SciPy 1.17 and Pillow
13.
"""
import io
import os
import re
import sys

import numpy
from PIL import Image
from scipy.fft import dctn

DISTANCES = [2, 4, 6, 8, 12]
SIMILARITY = 0.98


def signature(image):
    small = image.convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    levels = numpy.asarray(small, numpy.float64)
    low = dctn(levels)[:8, :8]
    centered = (levels - levels.mean()).ravel()
    return (low > numpy.median(low)).ravel(), centered / numpy.linalg.norm(centered)


def patient(path):
    name = os.path.basename(path)
    found = re.match(r"(person\d+_(?:bacteria|virus))_|((?:NORMAL2-)?IM-\d+)-", name)
    return found.group(0) if found else path


def resaved(image, quality=90):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def changes(image):
    width, height = image.size
    margins = (width // 50, height // 50, width - width // 50, height - height // 50)
    return {
        "JPEG quality 50": resaved(image, 50),
        "JPEG quality 75": resaved(image, 75),
        "half the size": resaved(
            image.resize((width // 2, height // 2), Image.Resampling.BILINEAR)),
        "scaled by 0.7 x 0.8": resaved(
            image.resize((int(width * 0.7), int(height * 0.8)), Image.Resampling.BICUBIC)),
        "15 levels brighter": resaved(image.point(lambda level: min(level + 15, 255))),
        "15% darker": resaved(image.point(lambda level: int(level * 0.85))),
        "gamma 0.8": resaved(image.point(lambda level: round(255 * (level / 255) ** 0.8))),
        "cropped by 2%": resaved(image.crop(margins)),
    }


def main():
    root = sys.argv[1]
    paths = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names
        if name.lower().endswith((".jpeg", ".jpg")))
    signatures = [signature(Image.open(path)) for path in paths]
    hashes = numpy.array([bits for bits, _ in signatures], numpy.float32)
    levels = numpy.array([values for _, values in signatures], numpy.float32)
    patients = numpy.unique([patient(path) for path in paths], return_inverse=True)[1]
    contents = numpy.unique([open(path, "rb").read() for path in paths], return_inverse=True)[1]

    signs = 2 * hashes - 1
    distance = ((64 - signs @ signs.T) / 2).round()
    similarity = levels @ levels.T
    above = numpy.triu(numpy.ones(distance.shape, bool), 1)
    others = above & (patients[:, None] != patients[None, :])
    different = above & (contents[:, None] != contents[None, :])
    print(f"{len(paths)} images, {above.sum()} pairs")
    print(f"highest correlation between different images: {similarity[different].max():.4f}")
    for most in DISTANCES:
        near = distance <= most
        print(
            f"distance at most {most} bits: {(others & near).sum()} pairs of different patients, "
            f"{(different & near & (similarity >= SIMILARITY)).sum()} pairs of different images "
            f"with a correlation of {SIMILARITY} or more")

    found = {}
    for index in range(0, len(paths), 10):
        for name, image in changes(Image.open(paths[index]).convert("L")).items():
            bits, values = signature(image)
            found.setdefault(name, []).append(
                ((bits != hashes[index]).sum(), float(values @ levels[index])))
    for name, values in found.items():
        bits, correlations = numpy.array(values).T
        share = numpy.mean((bits <= 8) & (correlations >= SIMILARITY))
        print(
            f"{name}: {len(bits)} images, distance at most {bits.max():.0f} bits, correlation at "
            f"least {correlations.min():.4f}, {share:.1%} found")


main()
