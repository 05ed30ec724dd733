#!/usr/bin/env python3
"""Writes the output shapes that Keras computes for convolution and pooling layers.

    python3 Tools/make-shape-goldens.py > Tests/PneumoModelTests/Fixtures/shapes.csv

The committed file was made with Keras 3.15.1 and TensorFlow 2.21. For convolutions, `first` and
`last` are the top-left and bottom-right outputs of a kernel of ones over an image of ones. They
count the kernel elements that lie inside the image there, which reveals where `same` pads.
"""
import itertools
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy

SIZES = [(1, 1), (7, 5), (8, 8), (13, 10), (150, 151)]
WINDOWS = [(1, 1), (2, 2), (3, 3), (2, 5), (7, 4)]
STRIDES = [(1, 1), (2, 2), (3, 1)]
DILATIONS = [(1, 1), (2, 2), (1, 3)]

print("layer,height,width,window height,window width,stride height,stride width,"
      "dilation height,dilation width,padding,output height,output width,first,last")
for size, window, stride, dilation, padding in itertools.product(
        SIZES, WINDOWS, STRIDES, DILATIONS, ["valid", "same"]):
    if max(stride) > 1 and max(dilation) > 1:
        continue  # Keras does not support this combination
    reach = [(w - 1) * d + 1 for w, d in zip(window, dilation)]
    if padding == "valid" and (reach[0] > size[0] or reach[1] > size[1]):
        continue  # the window does not fit
    layers = {"convolution": keras.layers.Conv2D(
        1, window, stride, padding, dilation_rate=dilation, kernel_initializer="ones")}
    if max(dilation) == 1:
        layers["max"] = keras.layers.MaxPooling2D(window, stride, padding)
        layers["average"] = keras.layers.AveragePooling2D(window, stride, padding)
    for name, layer in layers.items():
        output = numpy.asarray(layer(numpy.ones((1, *size, 1), "float32")))[0, :, :, 0]
        taps = [round(float(output[i, i])) for i in (0, -1)] if name == "convolution" else ["", ""]
        print(name, *size, *window, *stride, *dilation, padding, *output.shape, *taps, sep=",")
