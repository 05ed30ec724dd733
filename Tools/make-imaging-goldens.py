"""Writes Tests/PneumoImagingTests/Fixtures: small synthetic images as JPEG files, and the results
of decoding, resizing and preprocessing them with Pillow and Keras. No Pneumo code is involved.

Run from the root of the checkout:
    python Tools/make-imaging-goldens.py
The committed files were made with Pillow 13.0.0 (libjpeg-turbo 3.2.0), NumPy 2.4.6, Keras 3.15.1 on
TensorFlow 2.21, and the TurboJPEG library of libjpeg-turbo 2.1.5, which writes the chroma
subsamplings and the YCCK files that Pillow cannot.

Each table has one line per case, with fields separated by spaces. Checksums are the CRC-32 of the
bytes in memory.
    decode.txt   file width height channels crc, then the last four again after exif_transpose
    resize.txt   file width height filter crc
    tensor.txt   file color-mode width height filter layout crc (float32, little-endian)
    nearest.txt  source target crc (int32, little-endian: the source pixel of each target pixel)
    tensorflow.txt  file color-mode width height crc (float32: `tf.image.resize` of Pillow's pixels)
"""

import ctypes
import ctypes.util
import io
import os
import zlib

import numpy as np
from PIL import Image, ImageOps

FIXTURES = "Tests/PneumoImagingTests/Fixtures"
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def crc(array):
    return f"{zlib.crc32(np.ascontiguousarray(array).tobytes()):08x}"


def drawing(width, height, channels, seed):
    """Gradients, an ellipse and a little noise: sharp edges test the chroma upsampling, and all
    gray levels occur."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    planes = []
    for channel in range(channels):
        plane = 255 * (0.5 + 0.5 * np.sin((5 + channel) * x + (3 - channel) * y + channel))
        ellipse = (x - 0.4) ** 2 + 2 * (y - 0.3) ** 2 < 0.05 * (1 + channel)
        plane = np.where(ellipse, 255 - plane, plane) + random.normal(0, 3, (height, width))
        planes.append(np.clip(plane, 0, 255).astype(np.uint8))
    return planes[0] if channels == 1 else np.stack(planes, axis=-1)


def path(name):
    return os.path.join(FIXTURES, name)


def save(name, width, height, channels, **options):
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    pixels = drawing(width, height, channels, zlib.crc32(name.encode()))
    Image.fromarray(pixels, mode).save(path(name), "JPEG", **options)


def save_with_turbojpeg(name, width, height, pixel_format, subsampling):
    """Pixel formats: 0 RGB, 11 CMYK. Subsamplings: 0 4:4:4, 2 4:2:0, 4 4:4:0, 5 4:1:1."""
    channels = 4 if pixel_format == 11 else 3
    pixels = drawing(width, height, channels, zlib.crc32(name.encode())).tobytes()
    library = ctypes.CDLL(ctypes.util.find_library("turbojpeg"))
    library.tjInitCompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitCompress())
    target, size = ctypes.c_void_p(), ctypes.c_ulong()
    status = library.tjCompress2(
        handle, pixels, width, 0, height, pixel_format, ctypes.byref(target), ctypes.byref(size),
        subsampling, 90, 4096)
    assert status == 0
    with open(path(name), "wb") as file:
        file.write(ctypes.string_at(target, size.value))


def make_images():
    save("gray-37x29.jpg", 37, 29, 1, quality=90)
    save("gray-1x1.jpg", 1, 1, 1)
    save("gray-3x200.jpg", 3, 200, 1)
    save("gray-300x2.jpg", 300, 2, 1)
    save("gray-211x157.jpg", 211, 157, 1, quality=60)
    save("gray-progressive-50x41.jpg", 50, 41, 1, progressive=True, quality=85)
    save("color-444-37x29.jpg", 37, 29, 3, subsampling=0, quality=95)
    save("color-422-37x29.jpg", 37, 29, 3, subsampling=1)
    save("color-420-37x29.jpg", 37, 29, 3, subsampling=2)
    save("color-420-2x3.jpg", 2, 3, 3, subsampling=2)
    save("color-420-1x1.jpg", 1, 1, 3, subsampling=2)
    save("color-420-60x150.jpg", 60, 150, 3, subsampling=2)
    save("color-progressive-64x48.jpg", 64, 48, 3, progressive=True)
    save("color-restarts-48x40.jpg", 48, 40, 3, restart_marker_blocks=2)
    save("color-adobe-rgb-33x31.jpg", 33, 31, 3, keep_rgb=True, subsampling=0)
    save("cmyk-35x27.jpg", 35, 27, 4)
    save_with_turbojpeg("ycck-35x27.jpg", 35, 27, 11, 0)
    save_with_turbojpeg("ycck-420-35x27.jpg", 35, 27, 11, 2)
    save_with_turbojpeg("color-440-37x29.jpg", 37, 29, 0, 4)
    save_with_turbojpeg("color-411-37x29.jpg", 37, 29, 0, 5)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        channels = 1 if orientation % 2 else 3
        save(f"orientation-{orientation}-13x9.jpg", 13, 9, channels, exif=exif)


def decoded(name):
    """The decoded image, with CMYK converted to RGB."""
    image = Image.open(path(name))
    image.load()
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def fields(image):
    return f"{image.width} {image.height} {len(image.getbands())} {crc(np.asarray(image))}"


def decode_lines(names):
    for name in names:
        image = decoded(name)
        yield f"{name} {fields(image)} {fields(ImageOps.exif_transpose(image))}"


def resize_lines():
    sizes = [(1, 1), (28, 28), (150, 150), (224, 224), (37, 10), (11, 29), (64, 17), (300, 7),
             (7, 300), (36, 28), (50, 149), (2, 3)]
    names = ["gray-37x29.jpg", "gray-1x1.jpg", "gray-3x200.jpg", "gray-300x2.jpg",
             "gray-211x157.jpg", "color-420-37x29.jpg", "color-420-60x150.jpg"]
    for name in names:
        image = decoded(name)
        for width, height in sizes:
            for filter_name, number in FILTERS.items():
                pixels = np.asarray(image.resize((width, height), number))
                yield f"{name} {width} {height} {filter_name} {crc(pixels)}"


def tensor_lines():
    """Normalized with ImageNet's mean and deviation, except for `kerasStudy`, which Keras loads."""
    from keras.utils import img_to_array, load_img

    mean = np.array([0.485, 0.456, 0.406], np.float32)
    deviation = np.array([0.229, 0.224, 0.225], np.float32)
    names = ["gray-37x29.jpg", "gray-211x157.jpg", "color-420-60x150.jpg", "cmyk-35x27.jpg"]
    for name in names:
        for size in [(150, 150), (40, 31)]:
            study = img_to_array(load_img(path(name), target_size=size[::-1]), dtype="float32")
            study *= 1.0 / 255
            yield f"{name} kerasStudy {size[0]} {size[1]} nearest channels-last {crc(study)}"
            for filter_name, number in FILTERS.items():
                for mode in ("gray", "rgb", "bgr"):
                    image = Image.open(path(name)).convert("RGB")
                    if mode == "gray":
                        # Directly from a grayscale file, as Keras' color_mode does.
                        image = decoded(name).convert("L")
                    pixels = np.asarray(image.resize(size, number), np.float32)
                    pixels = pixels.reshape(size[1], size[0], -1)
                    if mode == "bgr":
                        pixels = pixels[..., ::-1]
                    channels = pixels.shape[-1]
                    tensor = pixels * np.float32(1.0 / 255)
                    tensor = (tensor - mean[:channels]) / deviation[:channels]
                    assert tensor.dtype == np.float32
                    key = f"{name} {mode} {size[0]} {size[1]} {filter_name}"
                    yield f"{key} channels-last {crc(tensor)}"
                    yield f"{key} channels-first {crc(tensor.transpose(2, 0, 1))}"


def tensorflow_lines():
    import tensorflow as tf

    names = ["gray-37x29.jpg", "gray-211x157.jpg", "gray-1x1.jpg", "gray-300x2.jpg",
             "color-420-60x150.jpg", "cmyk-35x27.jpg"]
    for name in names:
        for mode, pillow_mode in [("gray", "L"), ("rgb", "RGB")]:
            pixels = np.asarray(decoded(name).convert(pillow_mode))
            pixels = pixels.reshape(*pixels.shape[:2], -1)
            for size in [(150, 150), (40, 31), (96, 96), (1, 1), (7, 300), (37, 29)]:
                resized = tf.image.resize(pixels, size[::-1], method="bilinear", antialias=False)
                tensor = resized.numpy().astype(np.float32)
                yield f"{name} {mode} {size[0]} {size[1]} {crc(tensor)}"


def nearest_lines():
    """Widths of radiographs. For many of them the result depends on Pillow adding up steps rather
    than multiplying."""
    for target in (28, 64, 150, 224, 299, 320):
        for source in [1, 2, 7, 127, 149, 151, *range(900, 2950, 41), 65500]:
            image = Image.fromarray(np.arange(source, dtype=np.int32)[None])
            picked = np.asarray(image.resize((target, 1), Image.Resampling.NEAREST), np.int32)
            yield f"{source} {target} {crc(picked[0])}"


def check_truncation():
    """Checks that Pillow, like our tests, treats a missing end marker as an error."""
    with open(path("gray-37x29.jpg"), "rb") as file:
        whole = file.read()
    try:
        Image.open(io.BytesIO(whole[:-2])).load()
    except OSError as error:
        assert "truncated" in str(error)
    else:
        raise AssertionError("Pillow decodes a JPEG file that lacks its end marker")
    Image.open(io.BytesIO(whole + b"trailing bytes")).load()


def write(name, lines):
    with open(path(name), "w") as file:
        file.writelines(line + "\n" for line in lines)


os.makedirs(FIXTURES, exist_ok=True)
make_images()
check_truncation()
write("decode.txt", decode_lines(sorted(n for n in os.listdir(FIXTURES) if n.endswith(".jpg"))))
write("resize.txt", resize_lines())
write("tensor.txt", tensor_lines())
write("nearest.txt", nearest_lines())
write("tensorflow.txt", tensorflow_lines())
