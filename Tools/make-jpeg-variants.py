"""Writes Tests/PneumoImagingTests/Fixtures/Variants: unusual JPEG files, and the pixels that Pillow
decodes from them. No Pneumo code is involved.

Run from the root of the checkout:
    python Tools/make-jpeg-variants.py
The committed files were made with Pillow 13.0.0 (libjpeg-turbo 3.2.0), TensorFlow 2.21.0 and NumPy
2.4.6.

`variants.txt` has one line per file:
    file width height channels crc, then the last four again after exif_transpose  Pillow's pixels
    file damaged                                                                   to be rejected
Checksums are the CRC-32 of the bytes in memory. TensorFlow decodes the same pixels, except for
CMYK, which it treats differently. For three files, which Pillow's own header parser rejects, the
pixels are TensorFlow's alone. A file is `damaged` if some of its pixels are missing, so that
libjpeg makes them up.
"""

import io
import os
import shutil
import struct
import zlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

FIXTURES = "Tests/PneumoImagingTests/Fixtures/Variants"
VARIANTS = {}
DAMAGED = {}


def drawing(width, height, channels, seed):
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (height // 4 + 1, width // 4 + 1, channels), np.uint8)
    pixels = np.kron(pixels, np.ones((4, 4, 1), np.uint8))[:height, :width]
    return pixels[..., 0] if channels == 1 else pixels


def jpeg(channels, seed=1, width=23, height=17, **options):
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    file = io.BytesIO()
    Image.fromarray(drawing(width, height, channels, seed), mode).save(
        file, "JPEG", **{"quality": 50, **options})
    return file.getvalue()


GRAY = jpeg(1)
COLOR = jpeg(3)
RGB = jpeg(3, keep_rgb=True, subsampling=0)
CMYK = jpeg(4)
PROGRESSIVE = jpeg(3, progressive=True)
PROGRESSIVE_GRAY = jpeg(1, progressive=True)
RESTARTS = jpeg(1, restart_marker_blocks=2)


def segments(file):
    """Pairs of a marker and the bytes up to the next one, including entropy-coded data."""
    parts, offset = [(0xD8, b"")], 2
    while offset < len(file):
        assert file[offset] == 0xFF
        marker, start = file[offset + 1], offset + 2
        offset = start
        if marker not in (0xD8, 0xD9) and not 0xD0 <= marker <= 0xD7:
            offset += struct.unpack(">H", file[start:start + 2])[0]
        if marker == 0xDA or 0xD0 <= marker <= 0xD7:
            while not (file[offset] == 0xFF and file[offset + 1] != 0):
                offset += 1
        parts.append((marker, file[start:offset]))
    return parts


def joined(parts):
    return b"".join(bytes([0xFF, marker]) + rest for marker, rest in parts)


def replacing(file, marker, change, number=0):
    """`file` with the contents of the `number`th segment that has this marker changed."""
    parts = segments(file)
    index = [i for i, part in enumerate(parts) if part[0] == marker][number]
    parts[index] = (marker, change(parts[index][1]))
    return joined(parts)


def segment(marker, payload, length=None):
    return bytes([0xFF, marker]) + struct.pack(
        ">H", len(payload) + 2 if length is None else length) + payload


def before(file, marker, extra, number=0):
    """`file` with `extra` inserted before the `number`th segment that has this marker."""
    parts = segments(file)
    index = [i for i, part in enumerate(parts) if part[0] == marker][number]
    return joined(parts[:index]) + extra + joined(parts[index:])


def without(file, marker):
    return joined([part for part in segments(file) if part[0] != marker])


def patched(content, offset, new):
    return content[:offset] + bytes(new) + content[offset + len(new):]


def stray_bytes():
    for name, base in [("gray", GRAY), ("color", COLOR), ("progressive", PROGRESSIVE),
                       ("cmyk", CMYK)]:
        for count in [1, 9, 258, 4000]:
            if count < 300 or name == "gray":
                VARIANTS[f"{name}-{count}-bytes-before-end"] = before(base, 0xD9, b"\x7f" * count)
    for code in [0xDB, 0xC4, 0xC0, 0xDA]:
        VARIANTS[f"color-bytes-before-{code:02x}"] = before(COLOR, code, b"\x00stray\x7f")
    VARIANTS["color-stuffed-bytes-before-frame"] = before(COLOR, 0xC0, b"\xff\x00\xff\x00\x01")
    VARIANTS["color-fill-bytes"] = before(COLOR, 0xC0, b"\xff" * 30)
    VARIANTS["gray-fill-bytes-before-end"] = before(GRAY, 0xD9, b"\xff" * 30)
    VARIANTS["gray-zeros-before-end"] = before(GRAY, 0xD9, bytes(40))
    for number in [1, 4]:
        VARIANTS[f"progressive-bytes-before-scan-{number}"] = before(
            PROGRESSIVE, 0xDA, b"\x11\x22\x33\x44\x55\x66\x77\x11\x22\x33\x44", number)
    VARIANTS["progressive-bytes-before-table"] = before(PROGRESSIVE, 0xC4, b"\x55" * 20, 3)
    VARIANTS["restarts-bytes-before-restart"] = before(RESTARTS, 0xD1, b"\x7f" * 20)
    VARIANTS["gray-bytes-after-end"] = GRAY + b"\xff\xd8trailing\xff\xda"
    VARIANTS["gray-image-after-end"] = GRAY + COLOR
    VARIANTS["gray-two-ends"] = GRAY + b"\xff\xd9"
    VARIANTS["color-temporary-marker"] = before(COLOR, 0xC0, b"\xff\x01")
    VARIANTS["color-restarts-in-header"] = before(COLOR, 0xC0, b"\xff\xd0\xff\xd7")
    VARIANTS["progressive-temporary-marker-between-scans"] = before(
        PROGRESSIVE, 0xDA, b"\xff\x01", 2)


def application_segments():
    for version in [b"\0\0", b"\2\1", b"\xff\xff"]:
        VARIANTS[f"color-jfif-{version.hex()}"] = replacing(
            COLOR, 0xE0, lambda s, v=version: patched(s, 7, v))
    VARIANTS["color-jfif-empty"] = replacing(COLOR, 0xE0, lambda s: b"\0\2")
    VARIANTS["color-jfif-name-only"] = replacing(COLOR, 0xE0, lambda s: b"\0\7JFIF\0")
    VARIANTS["color-jfif-twice"] = before(COLOR, 0xDB, joined([segments(COLOR)[1]]))
    VARIANTS["color-jfif-thumbnail-missing"] = replacing(
        COLOR, 0xE0, lambda s: patched(s, 14, [200, 200]))
    VARIANTS["color-jfif-extension"] = before(COLOR, 0xDB, segment(0xE0, b"JFXX\0\x13thumb"))
    VARIANTS["color-jfif-late"] = before(
        without(COLOR, 0xE0), 0xDA, joined([segments(COLOR)[1]]))
    VARIANTS["color-no-jfif"] = without(COLOR, 0xE0)
    for number in range(16):
        VARIANTS[f"gray-app{number}"] = before(
            GRAY, 0xDB, segment(0xE0 + number, b"\xff\xd8\xff\xda unknown"))
    for number in [1, 2, 13, 15]:
        VARIANTS[f"gray-app{number}-empty"] = before(GRAY, 0xDB, segment(0xE0 + number, b""))
    for length in [0, 1]:
        for code in [0xE0, 0xE1, 0xE5, 0xEE, 0xFE]:
            VARIANTS[f"gray-{code:02x}-length-{length}"] = before(
                GRAY, 0xDB, segment(code, b"", length))
    VARIANTS["gray-comment"] = before(GRAY, 0xDA, segment(0xFE, b"\xff\xd9\xff\xff\0comment"))
    VARIANTS["gray-comment-empty"] = before(GRAY, 0xDA, segment(0xFE, b""))
    VARIANTS["progressive-comment-between-scans"] = before(
        PROGRESSIVE, 0xDA, segment(0xFE, b"\xff\xda\xff\xd9"), 3)
    VARIANTS["color-profile-damaged"] = before(
        COLOR, 0xDB, segment(0xE2, b"ICC_PROFILE\0\x05\x02half"))
    VARIANTS["color-photoshop-damaged"] = before(
        COLOR, 0xDB, segment(0xED, b"Photoshop 3.0\0" + b"8BIM" + b"\xff" * 3))
    for transform in [0, 1, 2, 7, 255]:
        adobe = lambda t, version=100: segment(
            0xEE, b"Adobe" + struct.pack(">HHH", version, 0, 0) + bytes([t]))
        VARIANTS[f"color-adobe-transform-{transform}"] = before(
            without(COLOR, 0xE0), 0xDB, adobe(transform))
        VARIANTS[f"color-adobe-transform-{transform}-beside-jfif"] = before(
            COLOR, 0xDB, adobe(transform))
        VARIANTS[f"cmyk-adobe-transform-{transform}"] = before(
            without(CMYK, 0xEE), 0xDB, adobe(transform))
    VARIANTS["color-adobe-version-0"] = before(without(COLOR, 0xE0), 0xDB, adobe(1, 0))
    VARIANTS["color-adobe-short"] = before(without(COLOR, 0xE0), 0xDB, segment(0xEE, b"Adobe\0"))
    VARIANTS["cmyk-no-adobe"] = without(CMYK, 0xEE)


def renamed(file, names, scan_names=None):
    """Changes the identifiers of the components in the frame and in the only scan."""
    def frame(content):
        for index, name in enumerate(names):
            content = patched(content, 8 + 3 * index, [name])
        return content

    def scan(content):
        for index, name in enumerate(scan_names or names):
            content = patched(content, 3 + 2 * index, [name])
        return content

    return replacing(replacing(file, 0xC0, frame), 0xDA, scan)


def components():
    for names in [(1, 1, 1), (0, 0, 0), (0, 1, 2), (7, 7, 9), (255, 3, 3), (82, 71, 66),
                  (114, 103, 98), (34, 35, 36)]:
        text = "-".join(str(n) for n in names)
        VARIANTS[f"color-components-{text}"] = renamed(COLOR, names)
        VARIANTS[f"color-components-{text}-no-jfif"] = renamed(without(COLOR, 0xE0), names)
    VARIANTS["cmyk-components-5-5-5-5"] = renamed(CMYK, (5, 5, 5, 5))
    VARIANTS["gray-component-200"] = renamed(GRAY, (200,))
    for sampling in [0x22, 0x41, 0x12]:
        VARIANTS[f"gray-sampling-{sampling:02x}"] = replacing(
            GRAY, 0xC0, lambda s, f=sampling: patched(s, 9, [f]))


def tables():
    for name, base, count in [("gray", GRAY, 1), ("color", COLOR, 3)]:
        for label, end in [("zero", [0, 0, 0]), ("all", [255, 255, 255]), ("odd", [1, 5, 0x21])]:
            VARIANTS[f"{name}-scan-parameters-{label}"] = replacing(
                base, 0xDA, lambda s, e=end, c=count: patched(s, 3 + 2 * c, e))
    VARIANTS["gray-restart-interval-zero"] = before(GRAY, 0xDA, segment(0xDD, b"\0\0"))
    VARIANTS["restarts-interval-twice"] = before(RESTARTS, 0xDD, segment(0xDD, b"\0\7"))
    VARIANTS["gray-unused-tables"] = before(
        GRAY, 0xDA, segment(0xDB, b"\3" + b"\1" * 64) + segment(0xC4, b"\3\1" + bytes(15) + b"\0"))
    VARIANTS["gray-extended-frame"] = joined(
        [(0xC1 if m == 0xC0 else m, rest) for m, rest in segments(GRAY)])
    VARIANTS["gray-standard-huffman-tables-left-out"] = without(GRAY, 0xC4)
    VARIANTS["gray-arithmetic-conditioning"] = before(GRAY, 0xDA, segment(0xCC, b"\0\x10"))
    quantization = segments(GRAY)[2][1]
    assert segments(GRAY)[2][0] == 0xDB
    wide = b"\x10" + b"".join(bytes([0, value]) for value in quantization[3:67])
    VARIANTS["gray-quantization-16-bits"] = replacing(
        GRAY, 0xDB, lambda s: struct.pack(">H", len(wide) + 2) + wide)


def scans(file):
    """The header of a progressive file, followed by each scan with the tables before it."""
    header, groups, pending = [], [], []
    for part in segments(file)[:-1]:
        pending.append(part)
        if part[0] == 0xC2:
            header, pending = pending, []
        elif part[0] == 0xDA:
            groups.append(pending)
            pending = []
    return header, groups


def order_of_scans():
    for name, base in [("progressive", PROGRESSIVE), ("progressive-gray", PROGRESSIVE_GRAY)]:
        header, groups = scans(base)
        build = lambda order: joined(
            header + [part for index in order for part in groups[index]] + [(0xD9, b"")])
        order = list(range(len(groups)))
        VARIANTS[f"{name}-first-scan-twice"] = build([0] + order)
        VARIANTS[f"{name}-second-scan-twice"] = build(order[:2] + order[1:])
        VARIANTS[f"{name}-frequencies-first"] = build([1, 0] + order[2:])
        DAMAGED[f"{name}-last-scan-twice"] = build(order + order[-1:])
        # Repeating the refinement of a DC coefficient changes nothing; of AC coefficients, it does.
        header_of_scan = groups[-2][-1][1]
        refines_means = header_of_scan[3 + 2 * header_of_scan[2]] == 0
        (VARIANTS if refines_means else DAMAGED)[f"{name}-refinement-twice"] = build(
            order[:-1] + order[-2:])
        DAMAGED[f"{name}-last-scan-missing"] = build(order[:-1])
        DAMAGED[f"{name}-first-scan-missing"] = build(order[1:])
        DAMAGED[f"{name}-refinement-missing"] = build(order[:-2] + order[-1:])


def orientations():
    def tiff(entries, order=">", magic=None, offset=8, extra=b""):
        mark = {">": b"MM", "<": b"II"}[order]
        text = mark + (struct.pack(order + "H", 42) if magic is None else magic)
        text += struct.pack(order + "L", offset)
        text += struct.pack(order + "H", len(entries))
        for tag, kind, count, value in entries:
            text += struct.pack(order + "HHL", tag, kind, count) + value
        return text + struct.pack(order + "L", 0) + extra

    def exif(text):
        return segment(0xE1, b"Exif\0\0" + text)

    def put(name, *parts, base=GRAY):
        VARIANTS[f"exif-{name}"] = before(base, 0xDB, b"".join(parts))

    def short(value, order=">"):
        return (0x0112, 3, 1, struct.pack(order + "HH", value, 0))

    make = lambda count, offset: (0x010F, 2, count, struct.pack(">L", offset))
    xmp = lambda text: segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + text)

    put("twice", exif(tiff([short(3), short(6)])))
    put("twice-first-invalid", exif(tiff([short(0), short(6)])))
    put("twice-first-unknown-type", exif(tiff([(0x0112, 99, 1, b"\0\3\0\0"), short(6)])))
    put("twice-first-empty", exif(tiff([(0x0112, 3, 0, b"\0\3\0\0"), short(6)])))
    put("count-2", exif(tiff([(0x0112, 3, 2, b"\0\6\0\3")])))
    put("count-3", exif(tiff([(0x0112, 3, 3, struct.pack(">L", 26))], extra=b"\0\6\0\3\0\1")))
    put("long", exif(tiff([(0x0112, 4, 1, b"\0\0\0\6")])))
    put("long-little-endian", exif(tiff([(0x0112, 4, 1, b"\6\0\0\0")], "<")))
    for kind, value in [(1, b"\6\0\0\0"), (2, b"6\0\0\0"), (6, b"\6\0\0\0"), (7, b"\6\0\0\0"),
                        (8, b"\0\6\0\0"), (9, b"\0\0\0\6"), (11, struct.pack(">f", 6)),
                        (13, b"\0\0\0\6")]:
        put(f"type-{kind}", exif(tiff([(0x0112, kind, 1, value)])))
    for kind, data in [(5, struct.pack(">LL", 12, 2)), (10, struct.pack(">ll", -12, -2)),
                       (12, struct.pack(">d", 6)), (16, struct.pack(">Q", 6))]:
        put(f"type-{kind}", exif(tiff([(0x0112, kind, 1, struct.pack(">L", 26))], extra=data)))
    put("after-missing-text", exif(tiff([make(400, 9000), short(6)])))
    put("after-long-text", exif(tiff([make(70000, 0), short(6)])))
    put("after-text", exif(tiff([make(8, 38), short(6)], extra=b"a maker\0")))
    put("after-text-beyond-end", exif(tiff([make(8, 44), short(6)], extra=b"a maker\0")))
    put("two-segments", exif(tiff([short(6)])[:14]), exif(tiff([short(6)])[14:]))
    put("two-whole-segments", exif(tiff([short(3)])), exif(tiff([short(6)])))
    put("empty-then-whole", exif(b""), exif(tiff([short(6)])))
    put("prefix-twice", exif(b"Exif\0\0" + tiff([short(6)])))
    put("prefix-three-times", exif(b"Exif\0\0Exif\0\0" + tiff([short(6)])))
    put("directory-cut", exif(tiff([short(6)])[:-7]))
    put("directory-without-end", exif(tiff([short(6)])[:-4]))
    put("directory-beyond-end", exif(tiff([short(6)], offset=4000)))
    put("directory-later", exif(tiff([], offset=14) + struct.pack(">H", 1) + b"\1\x12\0\3\0\0\0\1\0\6\0\0"))
    put("many-entries-claimed", exif(patched(tiff([short(6)]), 8, [0xFF, 0xFF])))
    put("swapped-magic", exif(tiff([short(6)], magic=b"\x2a\0")))
    put("wrong-magic", exif(tiff([short(6)], magic=b"\0\x2c")))
    put("big-tiff", exif(b"MM\0\x2b\0\x08\0\0" + struct.pack(">QQHHQHHLL", 16, 1, 0x0112, 3, 1, 6, 0, 0, 0)))
    put("no-byte-order", exif(b"XX" + tiff([short(6)])[2:]))
    put("short-header", exif(b"MM\0\x2a"))
    put("wrong-magic-then-xmp", exif(tiff([short(6)], magic=b"\0\x2c")),
        xmp(b'tiff:Orientation="3"'))
    put("orientation-9-and-xmp", exif(tiff([short(9)])), xmp(b'tiff:Orientation="3"'))
    put("orientation-1-and-xmp", exif(tiff([short(1)])), xmp(b'tiff:Orientation="3"'))
    put("other-tag-and-xmp", exif(tiff([(0x0128, 3, 1, b"\0\2\0\0")])),
        xmp(b"<tiff:Orientation>8</tiff:Orientation>"))
    put("empty-and-xmp", exif(b""), xmp(b'tiff:Orientation="3"'))
    put("xmp-attribute", xmp(b'<x tiff:Orientation="6"/>'), base=COLOR)
    put("xmp-element", xmp(b"<tiff:Orientation>3</tiff:Orientation>"))
    put("xmp-single-quotes", xmp(b"<x tiff:Orientation='6'/>"))
    put("xmp-blank", xmp(b'<x tiff:Orientation ="6"/>'))
    put("xmp-twice", xmp(b'tiff:Orientation="6" tiff:Orientation="3"'))
    put("xmp-two-digits", xmp(b'tiff:Orientation="61"'))
    put("xmp-zero", xmp(b'tiff:Orientation="0" tiff:Orientation="3"'))
    put("xmp-two-segments", xmp(b'tiff:Orientation="6"'), xmp(b'tiff:Orientation="3"'))
    put("xmp-two-segments-last-without", xmp(b'tiff:Orientation="6"'), xmp(b"nothing"))
    put("xmp-before-exif", xmp(b'tiff:Orientation="3"'), exif(tiff([short(6)])))
    put("xmp-other-name", segment(0xE1, b"http://ns.adobe.com/xap/1.0 \0" + b'tiff:Orientation="6"'))
    put("late", b"", base=before(GRAY, 0xDA, exif(tiff([short(6)]))))


def damage():
    for name, base in [("gray", GRAY), ("color", COLOR), ("restarts", RESTARTS)]:
        parts = segments(base)
        index = max(i for i, part in enumerate(parts) if len(part[1]) > 8)
        marker, content = parts[index]
        half = len(content) // 2 + 4
        cut = parts[:index] + [(marker, content[:half])]
        DAMAGED[f"{name}-cut"] = joined(cut)
        DAMAGED[f"{name}-cut-and-closed"] = joined(cut + [(0xD9, b"")])
        DAMAGED[f"{name}-no-end"] = joined(parts[:-1])
        DAMAGED[f"{name}-marker-in-data"] = joined(
            parts[:index] + [(marker, content[:half] + b"\xff\xe7\0\2" + content[half:])]
            + parts[index + 1:])
        DAMAGED[f"{name}-ones-in-data"] = joined(
            parts[:index] + [(marker, content[:half] + b"\xff\0" * 12 + content[half + 1:])]
            + parts[index + 1:])
    DAMAGED["restarts-wrong-number"] = joined(
        [(0xD5 if m == 0xD1 else m, rest) for m, rest in segments(RESTARTS)])
    DAMAGED["restarts-one-missing"] = without(RESTARTS, 0xD1)
    DAMAGED["gray-no-quantization-table"] = without(GRAY, 0xDB)
    DAMAGED["gray-two-frames"] = before(GRAY, 0xDA, joined([segments(GRAY)[3]]))
    DAMAGED["color-scan-lacks-components"] = replacing(
        COLOR, 0xDA, lambda s: b"\0\6\1" + s[3:5] + s[-len(s) + 9:])
    DAMAGED["color-start-in-header"] = before(COLOR, 0xC0, b"\xff\xd8")
    DAMAGED["color-unknown-marker"] = before(COLOR, 0xC0, segment(0x02, b"reserved"))
    DAMAGED["gray-start-before-end"] = before(GRAY, 0xD9, b"\xff\xd8")


def fields(image):
    pixels = np.ascontiguousarray(np.asarray(image))
    return f"{image.width} {image.height} {len(image.getbands())} {zlib.crc32(pixels.tobytes()):08x}"


# libjpeg reads these; Pillow's own header parser rejects them beforehand.
NOT_FOR_PILLOW = {"color-temporary-marker", "color-jfif-name-only", 
                  "color-adobe-short"}


def line(name, file):
    if name in NOT_FOR_PILLOW:
        image = Image.fromarray(tf.io.decode_jpeg(file, dct_method="INTEGER_ACCURATE").numpy())
        return f"{name}.jpg {fields(image)} {fields(image)}\n"
    image = Image.open(io.BytesIO(file))
    image.load()
    mode = image.mode
    upright = ImageOps.exif_transpose(image)
    if mode not in ("L", "RGB"):
        image, upright = image.convert("RGB"), upright.convert("RGB")
    if mode != "CMYK":
        pixels = tf.io.decode_jpeg(file, dct_method="INTEGER_ACCURATE").numpy()
        assert np.array_equal(pixels.squeeze(), np.asarray(image)), name
    return f"{name}.jpg {fields(image)} {fields(upright)}\n"


if __name__ == "__main__":
    for make in [stray_bytes, application_segments, components, tables, order_of_scans,
                 orientations, damage]:
        make()
    shutil.rmtree(FIXTURES, ignore_errors=True)
    os.makedirs(FIXTURES)
    lines = [line(name, file) for name, file in VARIANTS.items()]
    lines += [f"{name}.jpg damaged\n" for name in DAMAGED]
    for name, file in {**VARIANTS, **DAMAGED}.items():
        with open(os.path.join(FIXTURES, f"{name}.jpg"), "wb") as target:
            target.write(file)
    with open(os.path.join(FIXTURES, "variants.txt"), "w") as target:
        target.writelines(sorted(lines))
