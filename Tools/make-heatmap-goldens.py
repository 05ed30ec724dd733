#!/usr/bin/env python3
"""Writes heat maps of the shipped models, computed with PyTorch's autograd, for PneumoHeatMapTests.

Usage: Tools/make-heatmap-goldens.py Tests/PneumoHeatMapTests/Fixtures [PHANTOM.jpeg ...]
  Given phantoms (from pneumo-data phantom), it first makes the fixture images from them, 224 pixels
  wide. Needs torch, numpy and Pillow (the committed files were made with torch 2.15.0, numpy 2.4.6
  and Pillow 13.0.0).

Grad-CAM follows Selvaraju et al. (2017) and occlusion Zeiler & Fergus (2014). Both are implemented
here independently of Pneumo, on a forward pass made of PyTorch's own functions.
"""
import glob
import importlib.util
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("read_pnm", os.path.join(here, "read-pnm.py"))
read_pnm = importlib.util.module_from_spec(spec)
spec.loader.exec_module(read_pnm)

FILTERS = {"nearest": Image.NEAREST, "box": Image.BOX, "bilinear": Image.BILINEAR,
           "hamming": Image.HAMMING, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
ACTIVATIONS = {None: lambda x: x, "relu": F.relu, "relu6": F.relu6, "sigmoid": torch.sigmoid,
               "tanh": torch.tanh, "swish": F.silu}


class Network:
    """A model as a function from a batch of images (NCHW) to logits and feature maps."""

    def __init__(self, path):
        weights = []
        with open(path, "rb") as file:
            self.model = read_pnm.model(file.read(), weights)
        self.weights = [torch.tensor(values, dtype=torch.float64) for values in weights]
        # The feature maps are the output of the last convolution, after the pointwise layers that
        # follow it.
        layers = self.model["layers"]
        self.target = max(i for i, node in enumerate(layers) if node["operator"] == "convolution")
        while True:
            readers = [i for i, node in enumerate(layers) if self.target + 1 in node["inputs"]]
            if len(readers) > 1 or readers[0] == len(layers) - 1 or layers[readers[0]]["operator"] not in (
                    "normalization", "activation", "add", "dropout"):
                break
            self.target = readers[0]

    def __call__(self, images):
        weights = iter(self.weights)
        values, features = [images], None
        layers = self.model["layers"]
        for number, node in enumerate(layers):
            x = [values[i] for i in node["inputs"]]
            is_last = number + 1 == len(layers)
            act = ACTIVATIONS[None if is_last else node.get("activation")]

            def tensor(record):
                return None if record is None else next(weights).reshape(record["shape"])
            kind = node["operator"]
            if kind == "convolution":
                kernel, bias = tensor(node["kernel"]), tensor(node["bias"])
                y = self.pad(x[0], kernel.shape[:2], node["stride"], node["padding"], node["dilation"])
                y = act(F.conv2d(y, kernel.permute(3, 2, 0, 1), bias, stride=node["stride"],
                                 dilation=node["dilation"], groups=node["groups"]))
            elif kind == "dense":
                kernel, bias = tensor(node["kernel"]), tensor(node["bias"])
                y = x[0] @ kernel
                y = act(y if bias is None else y + bias)
            elif kind == "pooling":
                assert node["padding"] == "valid"
                pool = F.max_pool2d if node["kind"] == "max" else F.avg_pool2d
                y = pool(x[0], node["window"], node["stride"])
            elif kind == "global_pooling":
                y = x[0].amax((2, 3)) if node["kind"] == "max" else x[0].mean((2, 3))
            elif kind == "flatten":
                y = (x[0].permute(0, 2, 3, 1) if node["order"] == "hwc" else x[0]).flatten(1)
            elif kind == "add":
                y = sum(x)
            elif kind == "activation":
                y = act(x[0])
            elif kind == "dropout":
                y = x[0]
            else:
                raise SystemExit(f"this script does not support {kind} layers yet")
            values.append(y)
            if number == self.target:
                features = y
        return values[-1], features

    @staticmethod
    def pad(x, window, stride, padding, dilation):
        if padding == "valid":
            return x
        if padding == "same":
            insets = []
            for axis in range(2):
                size = x.shape[2 + axis]
                reach = (window[axis] - 1) * dilation[axis] + 1
                total = max((-(-size // stride[axis]) - 1) * stride[axis] + reach - size, 0)
                insets += [total // 2, total - total // 2]
        else:
            insets = padding
        top, bottom, left, right = insets
        return F.pad(x, (left, right, top, bottom))

    def tensor(self, path):
        record = self.model["preprocessing"]
        image = Image.open(path).convert("L" if record["colors"] == "gray" else "RGB")
        height, width = record["size"]
        image = image.resize((width, height), FILTERS[record["filter"]])
        array = np.asarray(image, np.float64).reshape(height, width, -1)
        array = (array * record["scale"] - record["mean"]) / record["deviation"]
        return torch.tensor(array).permute(2, 0, 1)[None]


def class_logit(logits, label):
    return (logits[:, 0] if label == 1 else -logits[:, 0]) if logits.shape[1] == 1 else logits[:, label]


def grad_cam(network, image, label):
    logits, features = network(image.clone().requires_grad_())
    gradient, = torch.autograd.grad(class_logit(logits, label).sum(), features)
    return F.relu((gradient.mean((2, 3), keepdim=True) * features).sum(1))[0].detach(), logits[0]


def occlusion(network, image, label, patch, step):
    _, _, height, width = image.shape
    sums, counts = torch.zeros(height, width), torch.zeros(height, width)
    mean = image.mean((2, 3), keepdim=True)
    with torch.no_grad():
        unoccluded = class_logit(network(image)[0], label)
        for top in [*range(0, height - patch, step), height - patch]:
            for left in [*range(0, width - patch, step), width - patch]:
                occluded = image.clone()
                occluded[:, :, top:top + patch, left:left + patch] = mean
                drop = (unoccluded - class_logit(network(occluded)[0], label))[0]
                sums[top:top + patch, left:left + patch] += drop
                counts[top:top + patch, left:left + patch] += 1
    return F.relu(sums / counts.clamp(min=1))


folder = sys.argv[1]
for number, path in enumerate(sys.argv[2:]):
    image = Image.open(path).convert("L")
    image = image.resize((224, round(image.height * 224 / image.width)), Image.BOX)
    image.save(os.path.join(folder, f"phantom-{number}.jpeg"), quality=80)
goldens = []
for name in ("pneumo", "study150"):
    network = Network(os.path.join(here, "..", "Models", name + ".pnm"))
    for path in sorted(glob.glob(os.path.join(folder, "phantom-*.jpeg"))):
        image = network.tensor(path)
        for label in (0, 1):
            cam, logits = grad_cam(network, image, label)
            goldens.append({
                "model": name, "image": os.path.basename(path), "label": label,
                "logits": logits.tolist(), "cam": [[float(f"{v:.7g}") for v in row] for row in cam.tolist()]})
        print(name, os.path.basename(path), logits.tolist(), tuple(cam.shape), float(cam.max()))
    if name == "study150":
        heat_map = occlusion(network, image, 1, 21, 10)
        goldens[-1]["occlusion"] = [
            [float(f"{v:.7g}") for v in row[::6]] for row in heat_map[::6].tolist()]
        print("occlusion", float(heat_map.max()))
with open(os.path.join(folder, "heatmaps.json"), "w") as file:
    json.dump(goldens, file)
    file.write("\n")
