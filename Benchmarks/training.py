#!/usr/bin/env python3
"""Times an epoch of training with pneumo-train, Keras and PyTorch on the study's networks.

    Benchmarks/training.py XRAYS --tool .build/release/pneumo-train --networks study1 study3 \
        --threads 1 2 --rounds 3

XRAYS is a folder with one folder of JPEG images per class; --images of them are used, keeping the
proportions of the classes. Every engine first decodes the images once (nearest neighbor, 150x150,
RGB, as in the study) and then trains from memory, in batches of 16, with Adam. study3 is augmented
as in the study (shear, zoom, flip): by ImageDataGenerator in Keras, and by affine_grid and
grid_sample on whole batches in PyTorch. The first epoch is a warm-up and the second is timed,
without validation. Engines take turns, each in its own process; the table shows medians.

Needs numpy, pillow, torch, tensorflow and scipy.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

ENGINES = ["pneumo", "keras", "torch", "torch channels_last", "torch compiled"]
BATCH = 16
SIZE = 150


def load(folder):
    import numpy as np
    from PIL import Image

    images, labels = [], []
    for label, name in enumerate(sorted(os.listdir(folder))):
        for file in sorted(os.listdir(os.path.join(folder, name))):
            image = Image.open(os.path.join(folder, name, file)).convert("RGB")
            images.append(np.asarray(image.resize((SIZE, SIZE), Image.Resampling.NEAREST)))
            labels.append(label)
    return np.stack(images), np.array(labels, "f4")


def train_keras(network, threads, folder):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(1)
    layers, l2 = tf.keras.layers, tf.keras.regularizers.l2
    is_regular = network == "study3"
    model = tf.keras.Sequential([tf.keras.Input((SIZE, SIZE, 3))])
    for index, filters in enumerate((32, 64, 128, 128)):
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
        if is_regular and index >= 2:
            model.add(layers.Dropout(0.5))
    model.add(layers.Flatten())
    penalty = l2(0.01) if is_regular else None
    model.add(layers.Dense(512, activation="relu", kernel_regularizer=penalty))
    if is_regular:
        model.add(layers.Dropout(0.5))
    model.add(layers.Dense(64, activation="relu", kernel_regularizer=penalty))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(tf.keras.optimizers.Adam(1e-4), "binary_crossentropy")
    images, labels = load(folder)
    if is_regular:
        generator = ImageDataGenerator(
            rescale=1 / 255, shear_range=0.2, zoom_range=0.2, horizontal_flip=True)
        batches = generator.flow(images, labels, batch_size=BATCH)
    else:
        batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images))
        batches = batches.batch(BATCH).map(lambda x, y: (tf.cast(x, tf.float32) / 255, y))
    for _ in range(2):
        start = time.perf_counter()
        model.fit(batches, verbose=0)
        seconds = time.perf_counter() - start
    return len(images) / seconds, f"keras {tf.keras.__version__}, tensorflow {tf.__version__}"


def train_torch(network, threads, folder, mode):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    is_regular = network == "study3"
    layers, channels = [], 3
    for index, filters in enumerate((32, 64, 128, 128)):
        layers += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
        if is_regular and index >= 2:
            layers.append(nn.Dropout(0.5))
    layers += [nn.Flatten(), nn.Linear(6272, 512), nn.ReLU()]
    if is_regular:
        layers.append(nn.Dropout(0.5))
    layers += [nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 1)]
    net = nn.Sequential(*layers)
    if mode == "channels_last":
        net = net.to(memory_format=torch.channels_last)
    forward = torch.compile(net) if mode == "compiled" else net
    optimizer = torch.optim.Adam(net.parameters(), 1e-4, eps=1e-7)
    entropy = nn.BCEWithLogitsLoss()
    penalized = [m.weight for m in net if isinstance(m, nn.Linear)][:2] if is_regular else []
    pixels, labels = load(folder)
    images = torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())
    labels = torch.from_numpy(labels)[:, None]

    def augmented(batch):
        count = len(batch)
        shear = torch.empty(count).uniform_(-0.2, 0.2) * math.pi / 180  # Keras takes degrees
        zoom = torch.empty(2, count).uniform_(0.8, 1.2)
        flip = torch.randint(0, 2, (count,)) * 2.0 - 1
        zero = torch.zeros(count)
        rows = torch.stack([zoom[0] * flip, -zoom[1] * torch.sin(shear), zero,
                            zero, zoom[1] * torch.cos(shear), zero])
        grid = nn.functional.affine_grid(
            rows.T.reshape(count, 2, 3), batch.shape, align_corners=False)
        return nn.functional.grid_sample(
            batch, grid, mode="bilinear", padding_mode="border", align_corners=False)

    for _ in range(2):
        order = torch.randperm(len(images))
        start = time.perf_counter()
        for first in range(0, len(order), BATCH):
            chosen = order[first:first + BATCH]
            batch = images[chosen].float().mul_(1 / 255)
            if is_regular:
                batch = augmented(batch)
            if mode == "channels_last":
                batch = batch.contiguous(memory_format=torch.channels_last)
            loss = entropy(forward(batch), labels[chosen])
            loss = loss + sum(0.01 * weight.square().sum() for weight in penalized)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
        seconds = time.perf_counter() - start
    return len(images) / seconds, f"torch {torch.__version__}"


def train_pneumo(network, threads, folder, tool):
    with tempfile.TemporaryDirectory() as scratch:
        run = os.path.join(scratch, "run")
        subprocess.run(
            [tool, folder, "--network", network, "--epochs", "2", "--validation-split", "0",
             "--threads", str(threads), "--output", run],
            check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(run, "history.json")) as file:
            return json.load(file)[-1]["images_per_second"], "pneumo-train"


def measure(engine, network, threads, folder, tool):
    """Images per second of an engine, measured in a separate process."""
    if engine == "pneumo":
        return train_pneumo(network, threads, folder, tool)
    command = [sys.executable, os.path.abspath(__file__), folder, "--only", engine,
               "--networks", network, "--threads", str(threads)]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    output = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    return json.loads(output.stdout.splitlines()[-1])


def choose(source, count, folder):
    """Links `count` images into `folder`, keeping the proportions of the classes."""
    classes = {}
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        classes[name] = [os.path.join(path, file) for file in sorted(os.listdir(path))]
    total = sum(map(len, classes.values()))
    for name, files in classes.items():
        share = min(len(files), round(len(files) * count / total))
        os.mkdir(os.path.join(folder, name))
        for index in range(share):
            file = files[index * len(files) // share]
            os.symlink(os.path.abspath(file), os.path.join(folder, name, os.path.basename(file)))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xrays", help="a folder with one folder of images per class")
    parser.add_argument("--tool", default=".build/release/pneumo-train")
    parser.add_argument("--networks", nargs="+", default=["study1", "study3"],
                        choices=["study1", "study3"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--engines", nargs="+", default=ENGINES, choices=ENGINES)
    parser.add_argument("--images", type=int, default=960)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=ENGINES[1:], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        kind, _, mode = options.only.partition(" ")
        case = (options.networks[0], options.threads[0], options.xrays)
        print(json.dumps(train_keras(*case) if kind == "keras" else train_torch(*case, mode)))
        return
    with tempfile.TemporaryDirectory() as folder:
        choose(options.xrays, options.images, folder)
        print("| network | threads | engine | images/s | time / time of the fastest other |")
        print("|---|--:|---|--:|--:|")
        for network in options.networks:
            for threads in options.threads:
                speeds = {engine: [] for engine in options.engines}
                versions = {}
                for _ in range(options.rounds):
                    for engine in options.engines:
                        speed, versions[engine] = measure(
                            engine, network, threads, folder, options.tool)
                        speeds[engine].append(speed)
                medians = {engine: statistics.median(all) for engine, all in speeds.items()}
                best = max((m for e, m in medians.items() if e != "pneumo"), default=math.nan)
                for engine, median in medians.items():
                    title = " ".join([versions[engine], engine.partition(" ")[2]]).strip()
                    print(f"| {network} | {threads} | {title} | {median:.0f} | "
                          f"{best / median:.2f} |", flush=True)


if __name__ == "__main__":
    main()
