#!/usr/bin/env python3
"""Writes what NumPy, SciPy and Keras make of seeds and of a small picture, for PneumoDatasetTests.

Usage: Tools/make-dataset-goldens.py
  Needs numpy, scipy and keras (made with numpy 2.4.6, scipy 1.17.1, keras 3.15.1). Writes
  Tests/PneumoDatasetTests/Fixtures/{random,augmentation}.json. Numbers that must agree to the bit are
  written as the bits of a float32 or as Python's shortest text of a float64.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import scipy.ndimage
from keras.src.legacy.preprocessing import image as keras3

if not hasattr(scipy.ndimage, "interpolation"):  # what Keras 3 calls, until SciPy dropped it
    scipy.ndimage.interpolation = scipy.ndimage
keras3.scipy = scipy

FOLDER = os.path.join(os.path.dirname(__file__), "../Tests/PneumoDatasetTests/Fixtures")


def write(name, value):
    with open(os.path.join(FOLDER, name), "w") as file:
        json.dump(value, file, indent=0)
        file.write("\n")


def random():
    cases = []
    for seed in (0, 42, 4294967295, [1], [42, 1, 7], [5, 3, 2, 10, 4000000000]):
        r = np.random.RandomState(seed)
        cases.append({
            "seed": seed,
            "sample": [r.random_sample() for _ in range(700)][::100],
            "uniform": [r.uniform(-0.2, 0.2) for _ in range(3)],
            "permutation": r.permutation(23).tolist(),
            "normal": [r.standard_normal() for _ in range(5)],
            "shuffled": r.permutation(1000)[:10].tolist(),
        })
    write("random.json", cases)


def picture(height, width, channels):
    i = np.arange(height * width * channels, dtype=np.int64)
    return (i * i * 7 + i * 31 + 5) % 251 % 256


def keras2(x, shear, zx, zy):
    """keras_preprocessing 1.0.5's apply_affine_transform, for images of rows, columns, channels."""
    matrix = None
    if shear != 0:
        s = np.deg2rad(shear)
        matrix = np.array([[1, -np.sin(s), 0], [0, np.cos(s), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        zoom = np.array([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
        matrix = zoom if matrix is None else np.dot(matrix, zoom)
    if matrix is None:
        return x
    ox, oy = float(x.shape[0]) / 2 + 0.5, float(x.shape[1]) / 2 + 0.5
    matrix = np.dot(np.dot(np.array([[1, 0, ox], [0, 1, oy], [0, 0, 1]]), matrix),
                    np.array([[1, 0, -ox], [0, 1, -oy], [0, 0, 1]]))
    return np.stack([
        scipy.ndimage.affine_transform(x[..., c], matrix[:2, :2], matrix[:2, 2], order=1,
                                       mode="nearest", cval=0.0) for c in range(x.shape[2])], -1)


def augmentation():
    cases = []
    for seed in range(6):
        for era in ("keras2", "keras3"):
            shape = [(9, 9, 1), (12, 12, 3), (9, 14, 1)][seed % 3]
            x = picture(*shape).astype(np.float32).reshape(shape)
            np.random.seed([seed, 3, 9])
            generator = keras3.ImageDataGenerator(
                shear_range=0.2 if seed != 3 else 20, zoom_range=0.2, horizontal_flip=True)
            draw = generator.get_random_transform(shape)
            shear, zx, zy = draw["shear"], draw["zx"], draw["zy"]
            if era == "keras2":
                y = keras2(x, shear, zx, zy)
            else:
                y = keras3.apply_affine_transform(
                    x, shear=shear, zx=zx, zy=zy, row_axis=0, col_axis=1, channel_axis=2)
            if draw["flip_horizontal"]:
                y = y[:, ::-1]
            y = np.ascontiguousarray(y, np.float32)
            cases.append({
                "era": era, "seed": [seed, 3, 9], "range": 0.2 if seed != 3 else 20,
                "shape": shape, "shear": shear, "zx": zx, "zy": zy,
                "flip": bool(draw["flip_horizontal"]),
                "bits": y.view(np.uint32).reshape(-1).tolist(),
            })
    write("augmentation.json", cases)


random()
augmentation()
