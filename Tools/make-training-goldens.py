#!/usr/bin/env python3
"""Writes the results of 20 Adam steps in Keras on the study's first and second networks.

Usage: Tools/make-training-goldens.py [--all FILE]
  Needs numpy and tensorflow (the committed files were made with tensorflow-cpu 2.21.0, keras 3.15.1
  and numpy 2.4.6). Writes Tests/PneumoTrainingTests/Fixtures/study{1,2}.txt: the loss of each step,
  then for each weight tensor its name, a stride, and every stride-th element after the last step.
  Initial weights, images and dropout masks come from SplitMix64, which the test implements, too.
  With --all the final weights are written to FILE.npz.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import tensorflow as tf

BATCH, STEPS, SIZE = 4, 20, 150


def uniform(seed, count):
    """The upper 24 bits of SplitMix64 as numbers in [0, 1), exact in float32."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)


def noise_images(step, labels):
    """Dim noise. In its first steps Adam moves each weight by the sign of its gradient, so where a
    gradient nearly cancels, rounding decides: with bright images, weights from Keras with and
    without oneDNN differ by 4e-4 after 20 steps. With dim ones the gradients are small enough for
    Adam's epsilon to damp them."""
    noise = uniform(5000 + step, BATCH * SIZE * SIZE * 3).reshape(BATCH, SIZE, SIZE, 3)
    return noise * (np.float32(0.05) + np.float32(0.05) * labels[:, None, None, None])


def network(which):
    layers, l2 = tf.keras.layers, tf.keras.regularizers.l2(0.01) if which == 2 else None
    image = tf.keras.Input((SIZE, SIZE, 3))
    inputs, x = [image], image

    def drop(x):
        if which == 1:
            return x
        mask = tf.keras.Input(x.shape[1:])
        inputs.append(mask)
        return layers.Multiply()([x, mask])

    for i, filters in enumerate((32, 64, 128, 128)):
        x = layers.Conv2D(filters, 3, activation="relu", name=f"conv{i + 1}")(x)
        x = layers.MaxPooling2D(2)(x)
        if i >= 2:
            x = drop(x)
    x = layers.Flatten()(x)
    x = drop(layers.Dense(512, activation="relu", kernel_regularizer=l2, name="dense1")(x))
    x = layers.Dense(64, activation="relu", kernel_regularizer=l2, name="dense2")(x)
    x = layers.Dense(1, activation="sigmoid", name="dense3")(x)
    model = tf.keras.Model(inputs, x)
    seed = 1000
    for layer in model.layers:
        if not layer.weights:
            continue
        kernel, bias = layer.get_weights()
        seed += 1
        fans = int(np.prod(kernel.shape[:-2])) * (kernel.shape[-2] + kernel.shape[-1])
        limit = np.float32(np.sqrt(np.float32(6) / np.float32(fans)))
        values = (uniform(seed, kernel.size) * np.float32(2) - np.float32(1)) * limit
        layer.set_weights([values.reshape(kernel.shape), np.zeros_like(bias)])
    return model


def main():
    folder = os.path.join(os.path.dirname(__file__), "../Tests/PneumoTrainingTests/Fixtures")
    everything = {}
    for which in (1, 2):
        model = network(which)
        model.compile(tf.keras.optimizers.Adam(1e-4), "binary_crossentropy")
        lines = []
        for step in range(STEPS):
            labels = np.array([min((image + step) % 4, 1) for image in range(BATCH)], np.float32)
            images = noise_images(step, labels)
            inputs = [images]
            for number, mask in enumerate(model.inputs[1:]):
                count = BATCH * int(np.prod(mask.shape[1:]))
                kept = uniform(9000 + 10 * step + number, count) >= 0.5
                inputs.append((kept * np.float32(2)).reshape((BATCH,) + mask.shape[1:]))
            model.reset_metrics()  # otherwise the loss is the mean over all steps so far
            loss = float(model.train_on_batch(inputs if which == 2 else images, labels[:, None]))
            lines.append(f"loss {loss:.9g}")
        for weight in model.weights:
            name = "/".join(weight.path.split("/")[-2:])
            values = weight.numpy().reshape(-1)
            everything[f"study{which}/{name}"] = values
            stride = max(1, values.size // 200)
            sample = " ".join(f"{v:.9g}" for v in values[::stride])
            lines.append(f"weight {name} {stride} {sample}")
        with open(os.path.join(folder, f"study{which}.txt"), "w") as file:
            file.write("\n".join(lines) + "\n")
    if sys.argv[1:2] == ["--all"]:
        np.savez(sys.argv[2], **everything)


main()
