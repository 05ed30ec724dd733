#!/usr/bin/env python3
"""Writes the logits that Keras computes for the benchmark's networks and inputs.

    python3 Tools/make-bench-goldens.py > Benchmarks/bench/goldens.json

The committed file was made with Keras 3.15.1 and TensorFlow 2.21. Networks and inputs come from
Benchmarks/peers.py; the half-precision weights of Models/study150.pnm are converted to single
precision.
"""
import importlib.util
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
spec = importlib.util.spec_from_file_location("peers", os.path.join(root, "Benchmarks", "peers.py"))
peers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peers)
IMAGES = 16


def logits(network):
    model = peers.keras_model(network.logits())
    outputs = model.predict(peers.inputs(network.shape, IMAGES), verbose=0)
    return [float(value) for value in outputs.reshape(-1)]


print(json.dumps({
    "oracle": "Keras " + peers.version("keras"),
    "networks": [
        {"name": "reference", "size": size, "logits": logits(peers.reference(size))}
        for size in (150, 224)
    ] + [{
        "name": "Models/study150.pnm", "size": 150,
        "logits": logits(peers.frozen(os.path.join(root, "Models", "study150.pnm")))}]
}, indent=1))
