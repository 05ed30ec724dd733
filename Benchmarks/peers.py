#!/usr/bin/env python3
"""Times another inference engine on the network that `bench` times. `bench --peers` runs it.

    Benchmarks/peers.py ncnn --size 150 --batch 1 --threads 2 --seconds 1 --scratch FOLDER
    Benchmarks/peers.py ncnn --model Models/study150.pnm ...

The network is the reference network of Benchmarks/bench/ReferenceNetwork.swift, generated from the
same seeds, or that of a .pnm file if it has only the same kinds of layers. Prints one line of JSON:
peer, version, size, batch, threads, ms (the median time of a call, which is one batch), p10, p90,
images_per_s, runs, y0 (the first output) and y (all outputs). With --logits the network ends before
its final activation, and "logits" replaces y0 and y. Each engine needs its Python package. Models
are written to the scratch folder and reused by later runs.
"""
import argparse
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import time
import zlib

# Environment variables that restrict an engine to AVX2. Engines not listed have no such switch.
AVX2_SWITCHES = {
    "openvino": {"ONEDNN_MAX_CPU_ISA": "AVX2", "OV_CPU_MAX_ISA": "AVX2"},
    "torch": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
    "tensorflow": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
}


class Network:
    """Layers as tuples: ("conv", kernel HWIO, bias, relu), ("pool", window), ("flatten",),
    ("dense", kernel, bias, activation). Convolutions have valid padding and stride 1; pooling is
    max pooling over windows that do not overlap."""

    def __init__(self, name, shape, layers, preprocessing=None):
        self.name, self.shape, self.layers = name, shape, layers
        self.preprocessing = preprocessing  # the preprocessing record of a .pnm file

    def logits(self):
        """The network without its final activation."""
        *layers, (kind, kernel, bias, _) = self.layers
        return Network(self.name + "-logits", self.shape, layers + [(kind, kernel, bias, None)],
                       self.preprocessing)


def reference(size):
    """The reference network for images of size x size."""
    import numpy as np
    random = np.random.default_rng(7)
    layers, side, channels = [], size, 3

    def weights(shape, fans):
        limit = (6.0 / fans) ** 0.5
        return (random.uniform(-limit, limit, shape).astype("f4"),
                random.uniform(-.05, .05, shape[-1]).astype("f4"))

    for filters in (32, 64, 128, 128):
        shape = (3, 3, channels, filters)
        layers += [("conv", *weights(shape, 9 * channels + 9 * filters), True), ("pool", 2)]
        side, channels = (side - 2) // 2, filters
    layers.append(("flatten",))
    inputs = side * side * channels
    for outputs, activation in ((512, "relu"), (64, "relu"), (1, "sigmoid")):
        layers.append(("dense", *weights((inputs, outputs), inputs + outputs), activation))
        inputs = outputs
    return Network(f"reference{size}", (size, size, 3), layers)


def frozen(path):
    """The network of a .pnm file, its weights widened to single precision."""
    import numpy as np
    tools = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tools")
    spec = importlib.util.spec_from_file_location("pnm", os.path.join(tools, "read-pnm.py"))
    pnm = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pnm)
    with open(path, "rb") as file:
        data = file.read()
    values = []
    record = pnm.model(data, values)
    values = [np.array(numbers, "f4") for numbers in values]

    def take(weight):
        return values.pop(0).reshape(weight["shape"])

    def kernel_and_bias(node):
        kernel = take(node["kernel"])
        bias = take(node["bias"]) if node["bias"] else np.zeros(kernel.shape[-1], "f4")
        return kernel, bias

    layers = []
    for index, node in enumerate(record["layers"]):
        operator, activation = node["operator"], node.get("activation")
        valid = (node["inputs"] == [index] and node.get("padding", "valid") == "valid"
                 and record["preprocessing"]["layout"] == "channels-last")
        if operator == "convolution" and valid and node["stride"] == node["dilation"] == [1, 1] \
                and node["groups"] == 1 and activation in (None, "relu"):
            layers.append(("conv", *kernel_and_bias(node), activation == "relu"))
        elif operator == "pooling" and valid and node["kind"] == "max" \
                and node["window"] == node["stride"] and len(set(node["window"])) == 1:
            layers.append(("pool", node["window"][0]))
        elif operator == "flatten" and valid and node["order"] == "hwc":
            layers.append(("flatten",))
        elif operator == "dense" and valid and activation in (None, "relu", "sigmoid"):
            layers.append(("dense", *kernel_and_bias(node), activation))
        elif operator != "dropout":
            raise SystemExit(f"{path}: layer '{node['name']}' ({operator}) is of a kind that "
                             "this script cannot convert for other engines")
    return Network("%08x" % zlib.crc32(data), tuple(record["shapes"][0]), layers,
                   record["preprocessing"])


def inputs(shape, batch):
    import numpy as np
    return np.random.default_rng(11).uniform(0, 1, (batch, *shape)).astype("f4")


def nchw(x):
    import numpy as np
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))


def version(package):
    return importlib.metadata.version(package)


def onnx_model(network, scratch):
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    path = os.path.join(scratch, network.name + ".onnx")
    nodes, constants, value = [], [], "x"

    def node(kind, *constants_of_node, **attributes):
        nonlocal value
        names = [value]
        for array in constants_of_node:
            names.append(f"w{len(constants)}")
            constants.append(numpy_helper.from_array(np.ascontiguousarray(array), names[-1]))
        value = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, names, [value], **attributes))

    for kind, *layer in network.layers:
        if kind == "conv":
            kernel, bias, relu = layer
            node("Conv", kernel.transpose(3, 2, 0, 1), bias, kernel_shape=kernel.shape[:2])
            if relu:
                node("Relu")
        elif kind == "pool":
            node("MaxPool", kernel_shape=layer * 2, strides=layer * 2)
        elif kind == "flatten":
            node("Transpose", perm=[0, 2, 3, 1])
            node("Flatten")
        else:
            kernel, bias, activation = layer
            node("Gemm", kernel, bias)
            if activation:
                node(activation.capitalize())
    height, width, channels = network.shape
    graph = helper.make_graph(
        nodes, network.name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", channels, height, width])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", layer[0].shape[1]])],
        constants)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path, value


def keras_model(network, batch=None):
    import tensorflow as tf
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input(network.shape, batch_size=batch)])
    arrays = []
    for kind, *layer in network.layers:
        if kind == "conv":
            kernel, bias, relu = layer
            model.add(layers.Conv2D(kernel.shape[3], kernel.shape[:2],
                                    activation="relu" if relu else None))
            arrays += [kernel, bias]
        elif kind == "pool":
            model.add(layers.MaxPooling2D(layer[0]))
        elif kind == "flatten":
            model.add(layers.Flatten())
        else:
            kernel, bias, activation = layer
            model.add(layers.Dense(kernel.shape[1], activation=activation))
            arrays += [kernel, bias]
    model.set_weights(arrays)
    return model


def onnxruntime(network, x, threads, scratch):
    import onnxruntime as runtime
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    path, _ = onnx_model(network, scratch)
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    x = nchw(x)
    return runtime.__version__, lambda: session.run(None, {"x": x})[0]


def openvino(network, x, threads, scratch):
    import openvino as ov
    core = ov.Core()
    model = core.read_model(onnx_model(network, scratch)[0])
    x = nchw(x)
    model.reshape(list(x.shape))
    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32",
                "PERFORMANCE_HINT": "LATENCY"}
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    tensor = ov.Tensor(x)

    def call():
        results = request.infer([tensor], share_inputs=True, share_outputs=True)
        return list(results.values())[0]
    return version("openvino"), call


def torch(network, x, threads, scratch):
    import torch
    from torch import nn
    torch.set_num_threads(threads)

    class HeightWidthChannels(nn.Module):
        def forward(self, x):
            return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)

    modules, activations = [], {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}

    def with_weights(module, kernel, bias):
        module.weight.data = torch.from_numpy(kernel.copy())
        module.bias.data = torch.from_numpy(bias)
        modules.append(module)

    for kind, *layer in network.layers:
        if kind == "conv":
            kernel, bias, relu = layer
            module = nn.Conv2d(kernel.shape[2], kernel.shape[3], kernel.shape[:2])
            with_weights(module, kernel.transpose(3, 2, 0, 1), bias)
            modules += [nn.ReLU()] if relu else []
        elif kind == "pool":
            modules.append(nn.MaxPool2d(layer[0]))
        elif kind == "flatten":
            modules.append(HeightWidthChannels())
        else:
            kernel, bias, activation = layer
            with_weights(nn.Linear(*kernel.shape), kernel.T, bias)
            modules += [activations[activation]()] if activation else []
    model = nn.Sequential(*modules).eval().to(memory_format=torch.channels_last)
    x = torch.from_numpy(nchw(x)).to(memory_format=torch.channels_last)
    with torch.no_grad():
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))

    def call():
        with torch.inference_mode():
            return model(x).numpy()
    return torch.__version__, call


def tensorflow(network, x, threads, scratch):
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = keras_model(network, len(x))
    function = tf.function(lambda t: model(t, training=False))
    x = tf.constant(x)
    return tf.__version__, lambda: function(x).numpy()


def litert(network, x, threads, scratch):
    path = os.path.join(scratch, f"{network.name}-{len(x)}.tflite")
    if not os.path.exists(path):
        # In a separate process: in this one, TensorFlow's threads would remain.
        arguments = [a for a in sys.argv[1:]] + ["--write-tflite", path]
        done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True,
                              text=True, env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3"))
        if done.returncode:
            raise SystemExit(last_line(done.stderr))
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(path, num_threads=threads)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]

    def call():
        interpreter.set_tensor(source, x)
        interpreter.invoke()
        return interpreter.get_tensor(target)
    return version("ai-edge-litert"), call


def write_tflite(network, batch, path):
    import tensorflow as tf
    converted = tf.lite.TFLiteConverter.from_keras_model(keras_model(network, batch)).convert()
    write_whole(path, converted)


def mnn(network, x, threads, scratch):
    import MNN
    import numpy as np
    onnx_path, output = onnx_model(network, scratch)
    path = os.path.join(scratch, network.name + ".mnn")
    if not os.path.exists(path):
        convert = [sys.executable, "-c", "import sys; from MNN.tools.mnnconvert import main; main()"]
        subprocess.run(
            convert + ["-f", "ONNX", "--modelFile", onnx_path, "--MNNModel", path, "--bizCode", "x"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings = {"backend": "CPU", "numThread": threads, "precision": "high"}
    manager = MNN.nn.create_runtime_manager((settings,))
    module = MNN.nn.load_module_from_file(path, ["x"], [output], runtime_manager=manager)
    x = nchw(x)
    expression = MNN.expr.const(x, list(x.shape), MNN.expr.NCHW)
    value = MNN.expr.convert(expression, MNN.expr.NC4HW4)

    def call():
        result = module.forward([value])
        result = result[0] if isinstance(result, list) else result
        return np.array(MNN.expr.convert(result, MNN.expr.NCHW).read())
    return version("mnn"), call


def ncnn(network, x, threads, scratch):
    import ncnn
    import numpy as np
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False
    lines, data, value, sides = ["Input x 0 1 x"], [], "x", list(network.shape)

    def layer(kind, settings, *arrays):
        nonlocal value
        name = f"v{len(lines)}"
        lines.append(f"{kind} {name} 1 1 {value} {name} {settings}")
        value = name
        for array in arrays:
            data.append(np.ascontiguousarray(array).tobytes())

    flag = np.zeros(1, "i4")  # marks the weights that follow as single precision
    before_flatten = None
    for kind, *parts in network.layers:
        if kind == "conv":
            kernel, bias, relu = parts
            rows, columns, _, outputs = kernel.shape
            layer("Convolution", f"0={outputs} 1={columns} 11={rows} 5=1 6={kernel.size} "
                  f"9={int(relu)}", flag, kernel.transpose(3, 2, 0, 1), bias)
            sides = [sides[0] - rows + 1, sides[1] - columns + 1, outputs]
        elif kind == "pool":
            layer("Pooling", f"0=0 1={parts[0]} 2={parts[0]} 5=1")
            sides = [sides[0] // parts[0], sides[1] // parts[0], sides[2]]
        elif kind == "flatten":
            layer("Flatten", "")
            before_flatten = sides
        else:
            kernel, bias, activation = parts
            if before_flatten:  # ncnn flattens in CHW order
                kernel = kernel.reshape(*before_flatten, -1).transpose(2, 0, 1, 3)
                kernel = kernel.reshape(-1, bias.size)
                before_flatten = None
            code = {None: 0, "relu": 1, "sigmoid": 4}[activation]
            layer("InnerProduct", f"0={bias.size} 1=1 2={kernel.size} 9={code}", flag, kernel.T,
                  bias)
    path = os.path.join(scratch, network.name)
    text = f"7767517\n{len(lines)} {len(lines)}\n" + "\n".join(lines) + "\n"
    write_whole(path + ".param", text.encode())
    write_whole(path + ".bin", b"".join(data))
    net.load_param(path + ".param")
    net.load_model(path + ".bin")
    images = [ncnn.Mat(np.ascontiguousarray(image)).clone() for image in nchw(x)]

    def call():
        outputs = []
        for image in images:
            extractor = net.create_extractor()
            extractor.input("x", image)
            outputs.append(np.array(extractor.extract(value)[1]))
        return np.stack(outputs)
    return version("ncnn"), call


ENGINES = {"ncnn": ncnn, "onnxruntime": onnxruntime, "openvino": openvino, "litert": litert,
           "torch": torch, "tensorflow": tensorflow, "mnn": mnn}


def write_whole(path, data):
    part = f"{path}.{os.getpid()}"
    with open(part, "wb") as file:
        file.write(data)
    os.replace(part, path)


def last_line(text):
    return (text.strip().splitlines() or ["no output"])[-1]


def measure(call, seconds):
    """Milliseconds of each call, the shortest first, and the output."""
    output = call()
    end = time.perf_counter() + 0.5
    while time.perf_counter() < end:
        call()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times), output


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--model", help="a .pnm file instead of the reference network")
    parser.add_argument("--size", type=int, default=150)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--isa", choices=["avx2"],
                        help="restrict the engine to this instruction set, or fail")
    parser.add_argument("--logits", action="store_true", help="leave out the final activation")
    parser.add_argument("--scratch", required=True, help="a folder for generated models")
    parser.add_argument("--write-tflite", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS=str(options.threads), TF_CPP_MIN_LOG_LEVEL="3",
                      CUDA_VISIBLE_DEVICES="")
    if options.isa:
        if options.engine not in AVX2_SWITCHES:
            raise SystemExit(f"{options.engine} has no switch that restricts it to AVX2")
        os.environ.update(AVX2_SWITCHES[options.engine])
    os.makedirs(options.scratch, exist_ok=True)
    network = frozen(options.model) if options.model else reference(options.size)
    if options.logits:
        network = network.logits()
    if options.write_tflite:
        return write_tflite(network, options.batch, options.write_tflite)
    x = inputs(network.shape, options.batch)
    name, call = ENGINES[options.engine](network, x, options.threads, options.scratch)
    times, output = measure(call, options.seconds)
    y = [float(value) for value in output.reshape(-1)]
    outputs = {"logits": y} if options.logits else {"y0": round(y[0], 6), "y": y}

    def percentile(share):
        return round(times[min(len(times) - 1, int(share * len(times)))], 3)
    print(json.dumps({
        "peer": options.engine, "version": name, "size": network.shape[0],
        "batch": options.batch, "threads": options.threads, "ms": percentile(.5),
        "p10": percentile(.1), "p90": percentile(.9),
        "images_per_s": round(options.batch / percentile(.5) * 1e3, 1), "runs": len(times),
        **outputs}))


if __name__ == "__main__":
    main()
