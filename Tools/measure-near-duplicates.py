#!/usr/bin/env python3
"""Measures how alike different X-rays are, and how alike an X-ray is that was saved again:

    python3 Tools/measure-near-duplicates.py FOLDER

FOLDER holds class folders of JPEGs with the names of Kermany et al. (2018), which tell patients.
Needs NumPy, SciPy and Pillow, and memory for a square of the number of images. The numbers beside
`LeakCheck.Standard` are those of NumPy 2, SciPy 1.17 and Pillow 13.
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


def look(image):
    small = image.convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    levels = numpy.asarray(small, numpy.float64)
    low = dctn(levels)[:8, :8]
    centered = (levels - levels.mean()).ravel()
    return (low > numpy.median(low)).ravel(), centered / numpy.linalg.norm(centered)


def patient(path):
    name = os.path.basename(path)
    found = re.match(r"(person\d+_(?:bacteria|virus))_|((?:NORMAL2-)?IM-\d+)-", name)
    return found.group(0) if found else path


def saved(image, quality=90):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def changes(image):
    width, height = image.size
    margins = (width // 50, height // 50, width - width // 50, height - height // 50)
    return {
        "JPEG of quality 50": saved(image, 50),
        "JPEG of quality 75": saved(image, 75),
        "half the size": saved(image.resize((width // 2, height // 2), Image.Resampling.BILINEAR)),
        "0.7 x 0.8": saved(
            image.resize((int(width * 0.7), int(height * 0.8)), Image.Resampling.BICUBIC)),
        "15 levels brighter": saved(image.point(lambda level: min(level + 15, 255))),
        "15% darker": saved(image.point(lambda level: int(level * 0.85))),
        "gamma 0.8": saved(image.point(lambda level: round(255 * (level / 255) ** 0.8))),
        "cut by 2%": saved(image.crop(margins)),
    }


def main():
    root = sys.argv[1]
    paths = sorted(
        os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names
        if name.lower().endswith((".jpeg", ".jpg")))
    looks = [look(Image.open(path)) for path in paths]
    hashes = numpy.array([bits for bits, _ in looks], numpy.float32)
    levels = numpy.array([values for _, values in looks], numpy.float32)
    patients = numpy.unique([patient(path) for path in paths], return_inverse=True)[1]
    contents = numpy.unique([open(path, "rb").read() for path in paths], return_inverse=True)[1]

    signs = 2 * hashes - 1
    distance = ((64 - signs @ signs.T) / 2).round()
    similarity = levels @ levels.T
    above = numpy.triu(numpy.ones(distance.shape, bool), 1)
    others = above & (patients[:, None] != patients[None, :])
    different = above & (contents[:, None] != contents[None, :])
    print(f"{len(paths)} images, {above.sum()} pairs")
    print(f"greatest correlation of different images: {similarity[different].max():.4f}")
    for most in DISTANCES:
        near = distance <= most
        print(
            f"at most {most} bits: {(others & near).sum()} pairs of different patients, "
            f"{(different & near & (similarity >= SIMILARITY)).sum()} of different images that "
            f"correlate {SIMILARITY} or more")

    found = {}
    for place in range(0, len(paths), 10):
        for name, image in changes(Image.open(paths[place]).convert("L")).items():
            bits, values = look(image)
            found.setdefault(name, []).append(
                ((bits != hashes[place]).sum(), float(values @ levels[place])))
    for name, values in found.items():
        bits, correlations = numpy.array(values).T
        share = numpy.mean((bits <= 8) & (correlations >= SIMILARITY))
        print(
            f"{name}: {len(bits)} images, at most {bits.max():.0f} bits, correlation at least "
            f"{correlations.min():.4f}, found {share:.1%}")


main()
