#!/usr/bin/env python3
"""Times Python pipelines from JPEG files to labels. `bench pipeline --peers` runs it.

    Benchmarks/pipelines.py Models/study150.pnm FOLDER --threads 2 --scratch FOLDER

There are three decoders: Pillow as Keras uses it, which gives the same pixels as in training;
Pillow with libjpeg's scaled decoding; and OpenCV with area resizing. The last two are faster but
give different pixels. Each decoder runs in two ways: one image at a time, with ONNX Runtime using
all threads for each image, and in a thread pool, with ONNX Runtime classifying all images in one
batch. Reading the model is not timed. Prints a line of JSON for each pipeline: pipeline, version,
images, seconds, exact (whether the pixels are the same as in training) and y (all outputs, in the
order of the file names).
"""
import argparse
import json
import os
import sys
import time
from multiprocessing.pool import ThreadPool

import numpy as np
import onnxruntime
from PIL import Image

try:
    import cv2
except ImportError:
    cv2 = None

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers


class Decoder:
    """Turns files into tensors as a model's preprocessing record specifies."""

    def __init__(self, record):
        if record["orientation"] or record["colors"] == "bgr":
            raise SystemExit("models that apply the EXIF orientation, or take BGR input, are not "
                             "supported by this script")
        self.mode = "L" if record["colors"] == "gray" else "RGB"
        self.height, self.width = record["size"]
        self.filter = Image.Resampling[record["filter"].upper()]
        self.scale, self.mean, self.deviation = (
            np.array(record[name], "f4") for name in ("scale", "mean", "deviation"))

    def tensor(self, pixels):
        pixels = pixels.astype("f4")
        if pixels.ndim == 2:
            pixels = pixels[..., None]
        return (pixels * self.scale - self.mean) / self.deviation

    def pillow(self, path):
        image = Image.open(path).convert(self.mode)
        return self.tensor(np.asarray(image.resize((self.width, self.height), self.filter)))

    def pillow_draft(self, path):
        image = Image.open(path)
        image.draft("L", (self.width, self.height))
        image = image.convert("L").resize((self.width, self.height), Image.Resampling.BILINEAR)
        return self.tensor(np.asarray(image.convert(self.mode)))

    def opencv(self, path):
        flag = cv2.IMREAD_GRAYSCALE if self.mode == "L" else cv2.IMREAD_COLOR
        pixels = cv2.resize(cv2.imread(path, flag), (self.width, self.height),
                            interpolation=cv2.INTER_AREA)
        return self.tensor(pixels if self.mode == "L" else pixels[..., ::-1])


def jpeg_files(folder):
    """The files that `pneumo-infer` finds in a folder, in the same order."""
    found = []
    for name in sorted(os.fsencode(name) for name in os.listdir(folder)):
        path = os.path.join(folder, os.fsdecode(name))
        if name.startswith(b"."):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            found += jpeg_files(path)
        elif path.lower().endswith((".jpeg", ".jpg")):
            found.append(path)
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scratch", required=True, help="a folder for generated models")
    options = parser.parse_args()
    os.makedirs(options.scratch, exist_ok=True)
    files = jpeg_files(options.folder)
    network = peers.frozen(options.model)
    decoder = Decoder(network.preprocessing)
    path, _ = peers.onnx_model(network, options.scratch)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
    session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])

    def infer(tensors):
        return session.run(None, {"x": peers.nchw(np.stack(tensors))})[0]

    def one_by_one(decode):
        return np.concatenate([infer([decode(path)]) for path in files])

    def pooled(decode):
        with ThreadPool(options.threads) as pool:
            return infer(pool.map(decode, files))

    decoders = [("Pillow", decoder.pillow, True), ("Pillow, draft", decoder.pillow_draft, False)]
    if cv2:
        decoders.append(("OpenCV", decoder.opencv, False))
    for name, decode, exact in decoders:
        for suffix, run in (("one by one", one_by_one), ("thread pool, one batch", pooled)):
            if cv2:  # in a pool, each image is decoded by a single thread
                cv2.setNumThreads(1 if run is pooled else options.threads)
            infer([decode(files[0])])
            start = time.perf_counter()
            outputs = run(decode)
            seconds = time.perf_counter() - start
            print(json.dumps({
                "pipeline": f"{name}, ONNX Runtime, {suffix}",
                "version": onnxruntime.__version__, "images": len(files), "seconds": seconds,
                "exact": exact, "y": [float(value) for value in outputs.reshape(-1)]}),
                flush=True)


if __name__ == "__main__":
    main()
