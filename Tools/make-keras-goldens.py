#!/usr/bin/env python3
"""Writes Tests/PneumoImportTests/Fixtures: small models with random weights, Keras' output for one
input of each, and files that a reader must reject.

    python3 Tools/make-keras-goldens.py

The committed files were made with Python 3.11, keras 3.15.1, tf_keras 2.21.0, tensorflow-cpu
2.21.0, h5py 3.14.0 and numpy 2.4.6.
"""
import os
import pathlib
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py
import keras
import numpy as np
import tf_keras

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests/PneumoImportTests/Fixtures"
RANDOM = np.random.default_rng(20261123)


def randomize(model, deviation=0.3):
    """Replaces all weights, even those that Keras initializes to 0 or 1; variances stay positive.
    """
    for layer in model.layers:
        if hasattr(layer, "layers"):
            randomize(layer, deviation)
        elif "BatchNormalization" in type(layer).__name__:
            values = [RANDOM.normal(0.5, 0.5, w.shape) for w in layer.get_weights()]
            values[-1] = RANDOM.uniform(0.2, 2, values[-1].shape)
            layer.set_weights(values)
        else:
            layer.set_weights([RANDOM.normal(0, deviation, w.shape) for w in layer.get_weights()])


def save_output(model, name, scale=1.0):
    pixels = (RANDOM.uniform(0, 1, (1, *model.input_shape[1:])) * scale).astype(np.float32)
    np.save(FIXTURES / f"{name}.input.npy", pixels[0])
    np.save(FIXTURES / f"{name}.output.npy", np.asarray(model(pixels, training=False))[0].astype(np.float32))


def save(model, name, scale=1.0):
    randomize(model)
    model.save(FIXTURES / f"{name}.h5", include_optimizer=False)
    save_output(model, name, scale)


def residual(k):
    """Branches, batch normalization, every kind of convolution. `k` is keras or tf_keras."""
    L = k.layers
    image = k.Input((12, 11, 3))
    stem = L.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(image)
    x = L.BatchNormalization(name="stem_bn")(stem)
    x = L.ReLU(6.0, name="stem_relu")(x)
    x = L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, name="depthwise")(x)
    x = L.BatchNormalization(scale=False, name="depthwise_bn")(x)
    y = L.Conv2D(8, 1, strides=2, padding="same", name="shortcut")(stem)
    x = L.Add(name="add")([x, y])
    x = L.Concatenate(name="concatenate")([x, y])
    x = L.SeparableConv2D(6, 3, activation="relu", padding="same", name="separable")(x)
    x = L.ZeroPadding2D(((1, 0), (2, 1)), name="pad")(x)
    x = L.AveragePooling2D(2, padding="same", name="average")(x)
    x = L.Activation("swish", name="swish")(x)
    x = L.Dropout(0.3, name="dropout")(x)
    x = L.GlobalAveragePooling2D(name="pool")(x)
    x = L.Dense(3, name="logits")(x)
    return k.Model(image, L.Softmax(name="softmax")(x))


def chain(k):
    """Strides, dilation, asymmetric pooling, normalization before a convolution."""
    L = k.layers
    return k.Sequential([
        L.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="tanh", name="first",
                 input_shape=(14, 13, 1)) if k is tf_keras else k.Input((14, 13, 1), name="image"),
        *([] if k is tf_keras else [
            L.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="tanh", name="first")]),
        L.MaxPooling2D((3, 2), strides=(1, 2), padding="same", name="max"),
        L.BatchNormalization(center=False, epsilon=0.01, name="before"),
        L.Conv2D(6, 3, dilation_rate=2, name="dilated"),
        L.BatchNormalization(name="after"),
        L.Activation("sigmoid", name="sigmoid"),
        L.SpatialDropout2D(0.2, name="spatial"),
        L.Dense(5, activation="relu", name="per_pixel"),
        L.Flatten(name="flatten"),
        L.BatchNormalization(name="flat_bn"),
        L.Dense(4, use_bias=False, activation="relu", name="hidden"),
        L.Dense(1, activation="sigmoid", name="probability"),
    ])


def nested(k):
    """A model within a model within a model, and a rescaling layer."""
    L = k.layers
    inner = k.Sequential([k.Input((4, 4, 2)), L.Conv2D(3, 3, name="head_conv"), L.Flatten()],
                         name="head")
    image = k.Input((6, 6, 2))
    x = L.Conv2D(2, 3, activation="relu", name="conv")(image)
    backbone = k.Model(image, inner(x), name="backbone")
    pixels = k.Input((6, 6, 2))
    x = L.Rescaling(1 / 127.5, offset=-1, name="rescaling")(pixels)
    return k.Model(pixels, L.Dense(2, activation="softmax", name="dense")(backbone(x)))


def tiny(k):
    """The network whose weights alone are saved; the tests build the same network."""
    L = k.layers
    layers = [
        L.Conv2D(2, 3, activation="relu"), L.MaxPooling2D(2), L.Dropout(0.5),
        L.Conv2D(3, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(),
        L.Dense(4, activation="relu"), L.Dense(1, activation="sigmoid"),
    ]
    model = k.Sequential(layers)
    model.build((None, 12, 12, 3))
    return model


def rewrite_weights(source, target, attribute=lambda names: names, dtype="<f4", split=False,
                    **options):
    """Copies a Keras 2 weights file, changing how it stores names and values."""
    with h5py.File(FIXTURES / source) as old, h5py.File(FIXTURES / target, "w", **options) as new:
        names = [str(n) for n in old.attrs["layer_names"]]
        if split:
            for part, name in enumerate(names):
                new.attrs[f"layer_names{part}"] = attribute([name])
        else:
            new.attrs["layer_names"] = attribute(names)
        for name in names:
            group = new.create_group(name)
            weights = [str(w) for w in old[name].attrs["weight_names"]]
            group.attrs["weight_names"] = attribute(weights) if weights else np.zeros(0)
            for weight in weights:
                group.create_dataset(weight, data=old[name][weight][()].astype(dtype))


def weights():
    keras.utils.clear_session()
    model = tiny(keras)
    randomize(model, deviation=0.8)
    model.save_weights(FIXTURES / "tiny.weights.h5")
    save_output(model, "tiny")
    # Build one layer beforehand, so that names start at _1, as in a notebook whose cells ran twice.
    tf_keras.layers.Conv2D(1, 1)
    old = tiny(tf_keras)
    old.set_weights(model.get_weights())
    old.save_weights(str(FIXTURES / "tiny-keras2.h5"))
    fixed = lambda names: np.array(names, dtype="S24")
    rewrite_weights("tiny-keras2.h5", "tiny-fixed-strings.h5", fixed)
    rewrite_weights("tiny-keras2.h5", "tiny-split-names.h5", fixed, split=True)
    rewrite_weights("tiny-keras2.h5", "tiny-f64-userblock.h5", dtype=">f8", userblock_size=1024)


def hostile():
    def changed(name, change):
        shutil.copy(FIXTURES / "tiny-keras2.h5", FIXTURES / name)
        with h5py.File(FIXTURES / name, "r+") as file:
            layer = file.attrs["layer_names"][0]
            weight = f"{layer}/{file[layer].attrs['weight_names'][0]}"
            change(file, weight)

    def replace(make):
        def change(file, weight):
            values = file[weight][()]
            del file[weight]
            make(file, weight, values)
        return change

    changed("hostile-missing-weight.h5", replace(lambda f, w, v: None))
    changed("hostile-shape.h5", replace(lambda f, w, v: f.create_dataset(w, data=v[:2])))
    changed("hostile-nan.h5", replace(lambda f, w, v: f.create_dataset(w, data=v * np.nan)))
    changed("hostile-integers.h5", replace(
        lambda f, w, v: f.create_dataset(w, data=v.astype("i4"))))
    changed("hostile-gzip.h5", replace(
        lambda f, w, v: f.create_dataset(w, data=v, compression="gzip")))
    changed("hostile-claims-much.h5", replace(
        lambda f, w, v: f.create_dataset(w, shape=(1 << 20, 1 << 20), dtype="<f4", chunks=(1, 1))))
    changed("hostile-external-link.h5", replace(
        lambda f, w, v: f.__setitem__(w, h5py.ExternalLink("tiny-keras2.h5", w))))
    changed("hostile-soft-link.h5", replace(
        lambda f, w, v: f.__setitem__(w, h5py.SoftLink("/elsewhere"))))
    changed("hostile-external-storage.h5", replace(
        lambda f, w, v: f.create_dataset(w, shape=v.shape, dtype="<f4",
                                         external=[("elsewhere.bin", 0, v.nbytes)])))

    def configured(name, text):
        with h5py.File(FIXTURES / name, "w") as file:
            file.attrs["model_config"] = text

    configured("hostile-json.h5", '{"class_name": "Sequential", "config": {')
    # An attribute holds at most 64 KiB.
    configured("hostile-deep-json.h5", "[" * 60000)
    with h5py.File(FIXTURES / "not-keras.h5", "w") as file:
        file.create_dataset("table", data=np.arange(3.0))

    L = keras.layers
    keras.Sequential([
        keras.Input((8, 8, 3)),
        L.Conv2D(2, 3, name="good", activation="relu"),
        L.LeakyReLU(name="leaky"),
        L.Conv2DTranspose(2, 3, name="transposed"),
        L.Conv2D(2, 3, name="elu", activation="elu"),
        L.Rescaling(0.5, name="late"),
        L.ReLU(4.0, name="capped"),
        L.GlobalAveragePooling2D(keepdims=True, name="kept"),
        L.Flatten(name="flatten"),
        L.Dense(1, name="dense"),
    ]).save(FIXTURES / "unsupported-layers.h5")


# Models in which Keras distinguishes layers and weights by order or identity, not by name.

# All layers that do nothing at inference, with their arguments.
AUGMENTATION = {
    "RandomBrightness": dict(factor=0.5), "RandomColorDegeneration": dict(factor=0.5),
    "RandomContrast": dict(factor=0.5), "RandomHue": dict(factor=0.5),
    "RandomPosterization": dict(factor=4), "RandomRotation": dict(factor=0.5),
    "RandomSaturation": dict(factor=0.5), "RandomSharpness": dict(factor=0.5),
    "RandomTranslation": dict(height_factor=0.5, width_factor=0.5),
    "RandomZoom": dict(height_factor=0.5), "GaussianNoise": dict(stddev=0.5),
    "ActivityRegularization": dict(l2=0.5), "GaussianDropout": dict(rate=0.5),
    "AlphaDropout": dict(rate=0.5), "Dropout": dict(rate=0.5), "SpatialDropout2D": dict(rate=0.5),
    **{name: {} for name in [
        "AugMix", "CutMix", "Identity", "MixUp", "RandAugment",
        "RandomColorJitter", "RandomElasticTransform", "RandomErasing", "RandomFlip",
        "RandomGaussianBlur", "RandomGrayscale", "RandomInvert", "RandomPerspective",
        "RandomShear", "Solarization"]},
}


# Keras 3.15 cannot save these layers to HDF5.
NOT_SAVED = {"RandomBrightness", "RandomColorDegeneration", "RandomPosterization",
             "RandomSaturation", "RandomSharpness", "Solarization"}


def augmented(sequential):
    layers = []
    for name, options in AUGMENTATION.items():
        make = getattr(keras.layers, name)
        layer = make(**options)
        pixels = RANDOM.uniform(-300, 300, (2, 9, 8, 3)).astype(np.float32)
        try:
            passed_on = layer(pixels, training=False)
        except TypeError:
            passed_on = layer(pixels)
        assert np.array_equal(passed_on, pixels), name
        if name not in NOT_SAVED:
            layers.append(make(**options))
    rest = [keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(3, 3),
            keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2, activation="softmax")]
    if sequential:
        return keras.Sequential([keras.Input((9, 8, 3)), *layers, *rest])
    image = keras.Input((9, 8, 3))
    x = image
    for layer in [*layers, *rest]:
        x = layer(x)
    return keras.Model(image, x)


def frozen(k):
    """A base model with some layers frozen, whose weights are saved after those of the others."""
    L = k.layers
    base = k.Sequential([
        k.Input((9, 9, 3)), L.Conv2D(3, 3, padding="same"), L.BatchNormalization(),
        L.Conv2D(3, 3, padding="same"), L.BatchNormalization(),
        k.Sequential([k.Input((9, 9, 3)), L.Conv2D(3, 3, padding="same"), L.BatchNormalization()],
                     name="inner")], name="base")
    base.layers[0].trainable = base.layers[1].trainable = base.layers[4].trainable = False
    image = k.Input((9, 9, 3))
    return k.Model(image, L.Dense(2, activation="softmax")(L.Flatten()(base(image))))


def renamed(k):
    """Layers renamed after creation, so that the names of their weights are misleading."""
    L = k.layers
    base = k.Sequential([k.Input((6, 6, 2)), *[L.Conv2D(2, 3, padding="same") for _ in range(3)]],
                        name="base")
    names = [layer.name for layer in base.layers]
    model = k.Sequential([k.Input((6, 6, 2)), base, L.Flatten(), L.Dense(2, activation="softmax")])
    for layer, name in zip(base.layers, names[1:] + names[:1]):
        layer._name = name
    return model


def shared(k):
    """A layer and a nested model that are called twice, and two models with layers of the same
    name."""
    L = k.layers
    image = k.Input((8, 8, 2))
    convolution = L.Conv2D(2, 3, padding="same", name="same")
    nested = [k.Sequential([k.Input((8, 8, 2)), L.Conv2D(2, 3, padding="same", name="same"),
                            L.BatchNormalization(name="norm")], name=name)
              for name in ("left", "right")]
    x = convolution(convolution(image))
    x = L.Concatenate()([nested[0](x), nested[1](x), nested[0](image)])
    return k.Model(image, L.Dense(2, activation="softmax")(L.Flatten()(x)))


def gated(k):
    """Squeeze-and-excitation: products with a vector, with one pixel, and of two images."""
    L = k.layers
    image = k.Input((10, 9, 3))
    x = L.Conv2D(6, 3, padding="same", activation="relu", name="features")(image)
    gate = L.Dense(6, activation="sigmoid", name="gate")(L.GlobalAveragePooling2D()(x))
    pixel = L.Conv2D(6, 1, activation="tanh", name="pixel")(L.AveragePooling2D((10, 9))(x))
    y = L.Multiply(name="by_vector")([x, gate])
    y = L.Multiply(name="product")([y, L.Multiply(name="by_pixel")([pixel, x])])
    return k.Model(image, L.Dense(3, activation="softmax")(L.Flatten()(y)))


@keras.saving.register_keras_serializable(package="mine")
class Conv2D(keras.layers.Conv2D):
    def call(self, x):
        return -super().call(x)


def relu(x):
    return -x


def swish(x):
    return -x


def customized():
    L = keras.layers
    keras.Sequential([
        keras.Input((8, 8, 3)), Conv2D(2, 3, name="own"),
        L.Conv2D(2, 3, name="own_function", activation=swish),
        L.Flatten(), L.Dense(2, activation="softmax"),
    ]).save(FIXTURES / "keras3-custom.h5")


def order_and_identity():
    global RANDOM
    RANDOM = np.random.default_rng(20261125)
    keras.utils.set_random_seed(20261125)
    save(augmented(sequential=True), "keras3-augmented-chain", scale=255.0)
    save(augmented(sequential=False), "keras3-augmented", scale=255.0)
    for k, name in [(keras, "keras3"), (tf_keras, "keras2")]:
        save(frozen(k), f"{name}-frozen")
        save(renamed(k), f"{name}-renamed")
        save(shared(k), f"{name}-shared")
    customized()
    # The layout of `.weights.h5` files since Keras 2.13.
    model = tiny(tf_keras)
    model.set_weights(saved_weights())
    model.save_weights(str(FIXTURES / "tiny-checkpoint.weights.h5"))


def hard_swish():
    L = keras.layers
    return keras.Sequential([
        keras.Input((8, 7, 1)), L.Conv2D(5, 3, activation="hard_silu"), L.Activation("hard_swish"),
        L.Flatten(), L.Dense(6, activation=keras.activations.hard_silu),
        L.Dense(3, activation="softmax")])


def operators():
    global RANDOM
    RANDOM = np.random.default_rng(20261126)
    keras.utils.set_random_seed(20261126)
    for k, name in [(keras, "keras3"), (tf_keras, "keras2")]:
        save(gated(k), f"{name}-gated")
    save(hard_swish(), "keras3-hard-swish", scale=4.0)


def saved_weights():
    model = tiny(keras)
    model.load_weights(FIXTURES / "tiny.weights.h5")
    return model.get_weights()


if __name__ == "__main__":
    for old in [*FIXTURES.glob("*.h5"), *FIXTURES.glob("*.npy")]:
        old.unlink()
    keras.utils.set_random_seed(20261123)
    for k, name in [(keras, "keras3"), (tf_keras, "keras2")]:
        save(residual(k), f"{name}-residual")
        save(chain(k), f"{name}-chain")
        model = nested(k)
        save(model, f"{name}-nested", scale=255.0)
        (FIXTURES / f"{name}-nested.json").write_text(model.to_json())
    weights()
    hostile()
    order_and_identity()
    operators()
