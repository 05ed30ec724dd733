#!/usr/bin/env python3
"""Writes random numbers from NumPy's RandomState, and images augmented by Keras 2 and Keras 3.

    python3 -m pip install --target FOLDER --no-deps keras_preprocessing==1.1.2
    PYTHONPATH=FOLDER python3 Tools/make-dataset-goldens.py Tests/PneumoDatasetTests/Fixtures

The committed files were made with NumPy 2.4.6, SciPy 1.17.1, Keras 3.15.1 and keras_preprocessing
1.1.2, on a CPU with FMA (where NumPy's matrix product uses fused multiply-adds).

random.txt: `words | call arguments | values`. The words are the seed: one for RandomState(n),
several for RandomState([...]). Floating-point values are given as the bits of a double, in hex.

augmented.txt: `era height width channels rotation shift shear zoom flip seed | draws | CRC-32`. The
image is `image(height, width, channels)` below. The draws are theta, tx, ty, shear, zx, zy and the
flip that `get_random_transform` returns after `numpy.random.seed`, and the next random number. The
CRC-32 is that of the float32 tensor after `random_transform` and `standardize` with
`rescale=1/255`.
"""
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
    lines = []
    seeds = [[0], [1], [42], [2**32 - 1], [5, 1, 0], [7, 3, 2, 4711], [0, 0], list(range(700))]
    for seed in seeds:
        def new():
            return numpy.random.RandomState(seed if len(seed) > 1 else seed[0])

        def add(call, values):
            words = "-" if len(seed) > 9 else " ".join(map(str, seed))
            lines.append(f"{words} | {call} | " + " ".join(map(str, values)))

        state = new()
        add("words 4", [state.randint(0, 2**32, dtype=numpy.uint32) for _ in range(4)])
        add("unit 4", map(bits, new().random_sample(4)))
        state = new()
        state.random_sample(1000)
        add("unit 4 after 1000", map(bits, state.random_sample(4)))
        add("uniform -0.2 0.2", map(bits, new().uniform(-0.2, 0.2, 4)))
        add("uniform 0.8 1.2", map(bits, new().uniform(0.8, 1.2, 4)))
        for count in [1, 2, 3, 17, 64]:
            add(f"permutation {count}", new().permutation(count))
        large = new().permutation(5216)
        add("permutation 5216 crc", [f"{zlib.crc32(large.astype('<i8').tobytes()):08x}"])
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


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
write_random(f"{folder}/random.txt")
write_augmented(f"{folder}/augmented.txt")
