#!/usr/bin/env python3
"""Writes Tests/PneumoTrainingTests/Fixtures/optimizers.txt: the weights of a dense layer after each
step of Keras' optimizers, and the learning rates of Keras' cosine decay.

Usage: python3 Tools/make-optimizer-goldens.py
  The committed file was made with keras 3.15.1, tensorflow-cpu 2.21.0 and numpy 2.4.6.
  Lines: `step NAME kernel kernel kernel bias`, one for each of six steps; `cosine STEP RATE`.
"""
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np

OUTPUT = pathlib.Path(__file__).parent.parent / "Tests/PneumoTrainingTests/Fixtures/optimizers.txt"
# Two images of three numbers, of class 0 and class 1.
INPUTS = np.array([[0.5, -1.0, 2.0], [-0.25, 1.5, 0.75]], np.float32)
LABELS = np.array([[0.0], [1.0]], np.float32)


def optimizers():
    decayed = keras.optimizers.AdamW(0.1, weight_decay=0.5)
    decayed.exclude_from_weight_decay(var_names=["bias"])
    return {
        "sgd": keras.optimizers.SGD(0.1, momentum=0.0),
        "momentum": keras.optimizers.SGD(0.1, momentum=0.9),
        "clipped": keras.optimizers.SGD(0.1, momentum=0.5, global_clipnorm=0.05),
        "adam": keras.optimizers.Adam(0.1, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
        "adamw": decayed,
    }


def main():
    lines = []
    for name, optimizer in optimizers().items():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
        model.set_weights([np.array([[1.0], [-0.5], [0.25]], np.float32), np.array([0.75], np.float32)])
        model.compile(optimizer, "binary_crossentropy")
        for _ in range(6):
            model.train_on_batch(INPUTS, LABELS)
            values = np.concatenate([w.reshape(-1) for w in model.get_weights()])
            lines.append(f"step {name} " + " ".join(f"{v:.9g}" for v in values))
    # Over 20 steps, the first 4 of them a warm-up, down to a tenth.
    cosine = keras.optimizers.schedules.CosineDecay(0.5, decay_steps=16, alpha=0.1)
    for step in range(4, 24):
        lines.append(f"cosine {step} {float(cosine(step - 4)):.9g}")
    OUTPUT.write_text("\n".join(lines) + "\n")


main()
