#!/usr/bin/env python3
"""Prints .pnm models as JSON: python3 Tools/read-pnm.py model.pnm ...

This is an independent reader, written from Models/FORMAT.md alone (Python >= 3.8, standard library
only). Each weight tensor is printed as its shape, its type, the CRC-32 of its bytes and its sum.
For a file that the format rejects, one line is printed on stderr, and the exit code is 1.
"""
import json
import math
import struct
import sys
import unicodedata
import zlib

MAGIC = bytes.fromhex("89504E450D0A1A0A")
SECTIONS = [b"GRPH", b"META", b"WGTS", b"IMGS"]
ACTIVATIONS = {1: "relu", 2: "relu6", 3: "sigmoid", 4: "softmax", 5: "tanh", 6: "swish",
               7: "hard_swish"}
POOLINGS = {0: "max", 1: "average"}
AXIS, ELEMENTS, WINDOW = 1 << 24, 1 << 28, 4096


class Reject(Exception):
    pass


def need(condition, *reason):
    if not condition:
        raise Reject(" ".join(map(str, reason)))


def aligned(offset):
    return -(-offset // 64) * 64


class Reader:
    def __init__(self, data):
        self.data, self.offset = data, 0

    def take(self, format):
        size = struct.calcsize("<" + format)
        need(self.offset + size <= len(self.data), "the section is truncated at", self.offset)
        (value,) = struct.unpack_from("<" + format, self.data, self.offset)
        self.offset += size
        return value

    def u8(self):
        return self.take("B")

    def u32(self, at_most=0xFFFFFFFF, at_least=0):
        value = self.take("I")
        need(at_least <= value <= at_most, value, "is not in the range", at_least, "to", at_most)
        return value

    def real(self, format="f"):
        value = self.take(format)
        need(math.isfinite(value), "a number is not finite:", value)
        return value

    def flag(self):
        return self.code({0: False, 1: True}, "flag")

    def code(self, known, what):
        code = self.u8()
        need(code in known, "unknown", what, code)
        return known[code]

    def text(self, limit=1024):
        size = self.u32(limit)
        try:
            text = self.take("%ds" % size).decode("utf-8")
        except UnicodeDecodeError:
            raise Reject("a string is not valid UTF-8") from None
        accepted = "" if limit == 1024 else "\t\n"  # names are single lines
        need(not any(unicodedata.category(c) == "Cc" and c not in accepted for c in text),
             "a control character in", repr(text))
        return text

    def extent(self, at_most=WINDOW):
        return [self.u32(at_most, 1), self.u32(at_most, 1)]

    def insets(self):
        return [self.u32(WINDOW) for _ in range(4)]

    def padding(self):
        kind = self.code({0: "valid", 1: "same", 2: "explicit"}, "padding")
        return self.insets() if kind == "explicit" else kind

    def finish(self):
        need(self.offset == len(self.data), "bytes after the last record, at", self.offset)


def sections(data):
    need(data[:8] == MAGIC, "not a Pneumo model")
    need(len(data) >= 64, "the header is truncated")
    version, count, size, checksum = struct.unpack_from("<IIQI", data, 8)
    need(version in (1, 2, 3), "version", version, "is not 1, 2 or 3")
    need(count == 3 or count == 4 and version > 1, count, "sections in version", version)
    end = 64 + 24 * count
    need(len(data) == size and size >= end, "the file size is", len(data), "not", size)
    need(zlib.crc32(data[:24] + bytes(4) + data[28:end]) == checksum, "the header is damaged")
    need(not any(data[28:64]), "reserved bytes are nonzero")
    found = []
    for index, expected in enumerate(SECTIONS[:count]):
        name, checksum, offset, length = struct.unpack_from("<4sIQQ", data, 64 + 24 * index)
        need(name == expected, "section", name, "found where", expected, "is expected")
        need(offset == aligned(end), name, "is at", offset, "not", aligned(end))
        need(offset + length <= size, name, "extends past the end of the file")
        need(not any(data[end:offset]), "nonzero padding before", name)
        section = data[offset:offset + length]
        need(zlib.crc32(section) == checksum, "section", name, "is damaged")
        found.append(section)
        end = offset + length
    need(end == size, "bytes after the last section")
    return version, found


class Weights:
    def __init__(self, data, taken):
        self.data, self.end, self.taken = data, 0, taken

    def take(self, reader):
        kind = reader.code({0: "f32", 1: "f16"}, "scalar type")
        rank = reader.u8()
        need(1 <= rank <= 4, "a weight tensor with", rank, "axes")
        shape = [reader.u32(AXIS, 1) for _ in range(rank)]
        count = math.prod(shape)
        need(count <= ELEMENTS, "a weight tensor is too large:", shape)
        offset = reader.take("Q")
        need(offset == aligned(self.end), "a weight tensor at", offset, "not", aligned(self.end))
        size = count * (4 if kind == "f32" else 2)
        need(offset + size <= len(self.data), "a weight tensor extends past its section")
        need(not any(self.data[self.end:offset]), "nonzero padding between weight tensors")
        raw = self.data[offset:offset + size]
        self.end = offset + size
        values = struct.unpack("<%d%s" % (count, "f" if kind == "f32" else "e"), raw)
        need(all(map(math.isfinite, values)), "a weight is not finite")
        weight = {"type": kind, "shape": shape, "crc": zlib.crc32(raw), "sum": math.fsum(values)}
        if self.taken is not None:
            self.taken.append(values)
        return weight, values

    def kernel_and_bias(self, reader):
        has_bias = reader.flag()
        kernel = self.take(reader)[0]
        return {"kernel": kernel, "bias": self.take(reader)[0] if has_bias else None}


def activation_or_none(reader):
    return reader.code({0: None, **ACTIVATIONS}, "activation")


def windows(size, channels, window, stride, padding, dilation=(1, 1)):
    """The height and width of a sliding window's output."""
    output, padded = [], []
    for axis in range(2):
        reach = (window[axis] - 1) * dilation[axis] + 1
        if padding == "same":
            outputs = -(-size[axis] // stride[axis])
            inset = max((outputs - 1) * stride[axis] + reach - size[axis], 0)
        else:
            inset = 0 if padding == "valid" else padding[2 * axis] + padding[2 * axis + 1]
        padded.append(size[axis] + inset)
        need(padded[axis] >= reach, "a window does not fit")
        output.append((padded[axis] - reach) // stride[axis] + 1)
    need(max(padded) <= AXIS and math.prod(padded) * channels <= ELEMENTS,
         "the padded input is too large:", padded)
    return output


def image(shape):
    need(len(shape) == 3, "expected an image, found a vector")
    return shape


def layer(reader, weights, shapes):
    """Reads one layer; appends its output shape to `shapes`."""
    node = {"name": reader.text()}
    node["inputs"] = [reader.u32(len(shapes) - 1) for _ in range(reader.u32(64))]
    operators = {1: convolution, 2: dense, 3: pooling, 4: global_pooling, 5: normalization,
                 6: activation, 7: add, 8: concatenate, 9: flatten, 10: zero_padding, 11: dropout,
                 12: multiply}
    operator = reader.code(operators, "operator")
    node["operator"] = operator.__name__
    inputs = [shapes[i] for i in node["inputs"]]
    several = operator in (add, concatenate, multiply)
    need(len(inputs) == 2 if operator is multiply else len(inputs) >= 2 if several else len(inputs) == 1,
         "incorrect number of inputs")
    shape = operator(node, reader, weights, *([inputs] if several else inputs))
    need(all(1 <= n <= AXIS for n in shape) and math.prod(shape) <= ELEMENTS,
         "the output shape is out of range:", shape)
    shapes.append(shape)
    return node


def convolution(node, reader, weights, shape):
    height, width, channels = image(shape)
    node.update(stride=reader.extent(), padding=reader.padding(), dilation=reader.extent(),
                groups=reader.u32(), activation=activation_or_none(reader),
                **weights.kernel_and_bias(reader))
    kernel, bias, groups = node["kernel"]["shape"], node["bias"], node["groups"]
    need(len(kernel) == 4, "a convolution kernel has the shape", kernel)
    need(max(kernel[:2]) <= WINDOW, "a convolution kernel is too large:", kernel)
    need(groups >= 1 and channels % groups == 0 and kernel[3] % groups == 0,
         "channels are not divisible into groups:", groups)
    need(kernel[2] == channels // groups, "kernel", kernel, "for", channels, "channels")
    need(bias is None or bias["shape"] == kernel[3:], "the bias does not match the kernel")
    size = windows((height, width), channels, kernel, node["stride"], node["padding"], node["dilation"])
    return size + [kernel[3]]


def dense(node, reader, weights, shape):
    node.update(activation=activation_or_none(reader), **weights.kernel_and_bias(reader))
    kernel, bias = node["kernel"]["shape"], node["bias"]
    need(len(shape) == 1 and len(kernel) == 2 and kernel[0] == shape[0],
         "kernel", kernel, "for the input", shape)
    need(bias is None or bias["shape"] == kernel[1:], "the bias does not match the kernel")
    return kernel[1:]


def pooling(node, reader, weights, shape):
    height, width, channels = image(shape)
    node.update(kind=reader.code(POOLINGS, "pooling"), window=reader.extent(),
                stride=reader.extent(), padding=reader.padding(), counts_padding=reader.flag())
    padding, window = node["padding"], node["window"]
    if not isinstance(padding, str):
        need(max(padding[:2]) < window[0] and max(padding[2:]) < window[1],
             "padding", padding, "is as large as the window")
    return windows((height, width), channels, window, node["stride"], padding) + [channels]


def global_pooling(node, reader, weights, shape):
    node["kind"] = reader.code(POOLINGS, "pooling")
    return [image(shape)[2]]


def normalization(node, reader, weights, shape):
    node["epsilon"] = reader.real()
    need(node["epsilon"] >= 0, "epsilon is", node["epsilon"])
    for name in ("gamma", "beta", "mean", "variance"):
        node[name], values = weights.take(reader)
        need(node[name]["shape"] == shape[-1:], "statistics do not match the channels")
    need(min(values) + node["epsilon"] > 0, "a variance plus epsilon is not positive")
    return shape


def activation(node, reader, weights, shape):
    node["activation"] = reader.code(ACTIVATIONS, "activation")
    return shape


def add(node, reader, weights, shapes):
    need(all(s == shapes[0] for s in shapes), "shapes differ")
    return shapes[0]


def multiply(node, reader, weights, shapes):
    image, factors = sorted(shapes, key=lambda s: (math.prod(s), len(s)), reverse=True)
    need(image == factors or len(image) == 3 and factors in ([1, 1, image[2]], [image[2]]),
         "shapes differ in more than pixels")
    return image


def concatenate(node, reader, weights, shapes):
    need(all(s[:-1] == shapes[0][:-1] for s in shapes), "shapes differ")
    return shapes[0][:-1] + [sum(s[-1] for s in shapes)]


def flatten(node, reader, weights, shape):
    node["order"] = reader.code({0: "hwc", 1: "chw"}, "order")
    return [math.prod(shape)]


def zero_padding(node, reader, weights, shape):
    height, width, channels = image(shape)
    top, bottom, left, right = node["insets"] = reader.insets()
    return [height + top + bottom, width + left + right, channels]


def dropout(node, reader, weights, shape):
    node["rate"] = reader.real()
    need(0 <= node["rate"] < 1, "a dropout rate of", node["rate"])
    return shape


def distinct(texts):
    return len({unicodedata.normalize("NFC", text) for text in texts}) == len(texts)


def graph(reader, weights):
    shapes = [[reader.u32(AXIS, 1) for _ in range(3)]]
    need(math.prod(shapes[0]) <= ELEMENTS, "the input is too large:", shapes[0])
    layers = [layer(reader, weights, shapes) for _ in range(reader.u32(4096, 1))]
    need(distinct([node["name"] for node in layers]), "two layers have the same name")
    used = {value for node in layers for value in node["inputs"]}
    need(used.issuperset(range(1, len(layers))), "the output of a layer is not used")
    last = layers[-1].get("activation")
    need(len(shapes[-1]) == 1 and last == ("sigmoid" if shapes[-1] == [1] else "softmax"),
         "not a classifier's output")
    return {"shapes": shapes, "layers": layers}


def preprocessing(reader):
    colors = reader.code({0: "gray", 1: "rgb", 2: "bgr"}, "color mode")
    filters = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos",
               "tensorflow-bilinear"]
    record = {
        "colors": colors, "filter": reader.code(dict(enumerate(filters)), "filter"),
        "layout": reader.code({0: "channels-last", 1: "channels-first"}, "layout"),
        "orientation": reader.flag(), "size": reader.extent(8192)}
    for name in ("scale", "mean", "deviation"):
        record[name] = [reader.real() for _ in range(1 if colors == "gray" else 3)]
    need(0 not in record["deviation"], "a standard deviation of 0")
    need(0 not in record["scale"], "a scale of 0")
    return record


def metadata(reader):
    record = {"preprocessing": preprocessing(reader)}
    record["labels"] = [reader.text() for _ in range(reader.u32(65536))]
    need("" not in record["labels"], "an empty label")
    need(distinct(record["labels"]), "labels are not distinct")
    record["threshold"] = reader.real()
    need(0 <= record["threshold"] <= 1, "a threshold of", record["threshold"])
    names = "name description source data license creator date limitations".split()
    record["card"] = {name: reader.text(65536) for name in names}
    record["card"]["metrics"] = [
        [reader.text(), reader.real("d")] for _ in range(reader.u32(256))]
    return record


def images(reader):
    need(reader.u8() == 1, "an unknown hash of images")
    lists = [[reader.take("Q") for _ in range(reader.u32(1 << 24))] for _ in range(2)]
    for hashes in lists:
        need(hashes == sorted(set(hashes)), "hashes of images are not strictly ascending")
    need(not set(lists[0]) & set(lists[1]), "a hash is in both lists")
    need(any(lists), "no hashes of images")
    return dict(zip(("training", "validation"), lists))


def model(data, taken=None):
    """The contents of a file. If `taken` is a list, the values of each weight tensor are appended
    to it."""
    need(len(data) <= 1 << 31, "the file is too large")
    version, (graph_data, metadata_data, weight_data, *image_data) = sections(data)
    need(len(weight_data) <= 1 << 30, "too many weights")
    weights = Weights(weight_data, taken)
    reader = Reader(graph_data)
    result = graph(reader, weights)
    reader.finish()
    need(weights.end == len(weight_data), "bytes after the last weight")
    reader = Reader(metadata_data)
    result.update(metadata(reader))
    reader.finish()
    if image_data:
        reader = Reader(image_data[0])
        result["images"] = images(reader)
        reader.finish()
    first = 3 if any(node["operator"] == "multiply" or node.get("activation") == "hard_swish"
                     for node in result["layers"]) else 1
    first = max(first, 2 if image_data else 1)
    need(version == first, "version", version, "of a file that has all of version", first)
    record, shapes = result["preprocessing"], result["shapes"]
    channels = 1 if record["colors"] == "gray" else 3
    need(shapes[0] == record["size"] + [channels], "preprocessing does not give the input shape")
    outputs = shapes[-1][0]
    need(len(result["labels"]) == max(outputs, 2), "the labels do not match the outputs")
    return result


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    status = 0
    for path in sys.argv[1:]:
        try:
            with open(path, "rb") as file:
                print(json.dumps(model(file.read()), indent=1, sort_keys=True))
        except (Reject, OSError) as error:
            print("%s: %s" % (path, error), file=sys.stderr)
            status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
