#!/usr/bin/env python3
"""Writes the numbers of NumPy's RandomState, and images moved by both kinds of Keras:

    python3 -m pip install --target FOLDER --no-deps keras_preprocessing==1.1.2
    PYTHONPATH=FOLDER python3 Tools/make-dataset-goldens.py Tests/PneumoDatasetTests/Fixtures

Made with NumPy 2.4.6, SciPy 1.17.1, Keras 3.15.1 and keras_preprocessing 1.1.2, on a CPU with FMA
(where NumPy's matrix product is fused).

random.json: of each seed, samples of RandomState; Python's shortest texts of a float64.

augmented.txt: `era height width channels rotation shift shear zoom flip seed | draws | CRC-32`: the
image is `image(height, width, channels)` below, the draws are theta, tx, ty, shear, zx, zy and the
flip that `get_random_transform` gives after `numpy.random.seed`, and the number that comes after
them, each the bits of a double in hex; the CRC-32 is that of the float32 tensor of
`random_transform` and `standardize` with `rescale=1/255`.
"""
import json
import os
import sys
import warnings
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")
import numpy
from keras.src.legacy.preprocessing.image import ImageDataGenerator as Keras3
from keras_preprocessing.image import ImageDataGenerator as Keras2


def bits(number):
    return numpy.float64(number).tobytes()[::-1].hex()


def write_random(path):
    cases = []
    for seed in (0, 42, 4294967295, [1], [42, 1, 7], [5, 3, 2, 10, 4000000000]):
        r = numpy.random.RandomState(seed)
        cases.append({
            "seed": seed,
            "sample": [r.random_sample() for _ in range(700)][::100],
            "uniform": [r.uniform(-0.2, 0.2) for _ in range(3)],
            "permutation": r.permutation(23).tolist(),
            "normal": [r.standard_normal() for _ in range(5)],
            "shuffled": r.permutation(1000)[:10].tolist(),
        })
    with open(path, "w") as file:
        json.dump(cases, file, indent=0)
        file.write("\n")


def image(height, width, channels):
    index = numpy.arange(height * width * channels, dtype=numpy.uint64)
    values = (index * 2654435761 % 2**32) >> 13 & 255
    return values.astype(numpy.float32).reshape(height, width, channels)


def write_augmented(path):
    shapes = [(13, 17, 3), (24, 24, 1), (1, 9, 1), (150, 150, 3), (224, 224, 1)]
    settings = [  # rotation, shift, shear, zoom, flip
        (0, 0, 0.2, 0.2, True),
        (0, 0, 0, 0.2, False),
        (0, 0, 11, 0, True),
        (0, 0.1, 0, 0, False),
        (20, 0, 0, 0, False),
        (15, 0.2, 20, 0.5, True),
        (0, 0, 0, 0, True),
    ]
    lines = []
    for era, generator in (("keras2", Keras2), ("keras3", Keras3)):
        for shape in shapes:
            for rotation, shift, shear, zoom, flip in settings:
                for seed in (3, 8):
                    keras = generator(
                        rotation_range=rotation, width_shift_range=float(shift),
                        height_shift_range=float(shift), shear_range=shear, zoom_range=zoom,
                        horizontal_flip=flip, rescale=1.0 / 255)
                    draws = keras.get_random_transform(shape, seed)
                    following = numpy.random.random_sample()
                    tensor = keras.standardize(keras.random_transform(image(*shape), seed))
                    assert tensor.dtype == numpy.float32 and tensor.shape == shape
                    names = ("theta", "tx", "ty", "shear", "zx", "zy")
                    case = (era, *shape, rotation, shift, shear, zoom, int(flip), seed)
                    drawn = [bits(draws[name]) for name in names]
                    drawn += [int(draws["flip_horizontal"]), bits(following)]
                    crc = zlib.crc32(numpy.ascontiguousarray(tensor).tobytes())
                    lines.append(
                        " ".join(map(str, case)) + " | " + " ".join(map(str, drawn))
                        + f" | {crc:08x}")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


folder = sys.argv[1]
write_random(f"{folder}/random.json")
write_augmented(f"{folder}/augmented.txt")
