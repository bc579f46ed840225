"""MobileFaceNet: the tflite file of the package as an ONNX graph."""

import numpy as np
import tflite

from graph import Graph, Node

SIDE, DIMENSIONS = 112, 192


def read(data):
    """The network as published, NCHW, batch 1, with its activations as PRelu nodes."""
    model = tflite.Model.GetRootAs(data, 0)
    body = model.Subgraphs(0)
    graph = Graph(13, {"input": [1, 3, SIDE, SIDE]}, {"embedding": [1, DIMENSIONS]})
    names = {int(body.Inputs(0)): "input", int(body.Outputs(0)): "embedding"}
    operators = [body.Operators(i) for i in range(body.OperatorsLength())]
    at = 0
    while at < len(operators):
        at += convert(model, body, graph, names, operators[at:])
    return graph


def convert(model, body, graph, names, operators):
    """Appends the node for the next operators; returns how many operators it covers."""
    operator = operators[0]
    kind = code(model, operator)
    first = names[operator.Inputs(0)]
    output, used = operator.Outputs(0), 1
    if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        node = convolution(model, body, graph, operator, kind, first)
    elif kind == "RELU":
        node, output, used = activation(model, body, graph, names, operators)
    elif kind == "ADD":
        no_activation(operator, tflite.AddOptions)
        node = Node("Add", [first, names[operator.Inputs(1)]], "")
    elif kind == "RESHAPE":
        node = Node("Flatten", [first], "", {"axis": 1})
    else:
        raise ValueError(f"operator {kind} is not expected in this network")
    node.output = names.setdefault(output, f"t{output}")
    graph.nodes.append(node)
    return used


def convolution(model, body, graph, operator, kind, source):
    depthwise = kind == "DEPTHWISE_CONV_2D"
    options = no_activation(operator, tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)
    assert options.DilationHFactor() == options.DilationWFactor() == 1
    weight = tensor(model, body, operator.Inputs(1))
    # tflite: out,h,w,in or 1,h,w,channels. ONNX: out,in/group,h,w.
    weight = weight.transpose(3, 0, 1, 2) if depthwise else weight.transpose(0, 3, 1, 2)
    strides = [options.StrideH(), options.StrideW()]
    kernel = list(weight.shape[2:])
    inner = body.Tensors(operator.Inputs(0)).ShapeAsNumpy()[1:3]
    same = options.Padding() == tflite.Padding.SAME
    pads = [same_padding(*axis) if same else (0, 0) for axis in zip(inner, kernel, strides)]
    inputs = [
        source,
        graph.constant(f"w{operator.Inputs(1)}", weight),
        graph.constant(f"b{operator.Inputs(2)}", tensor(model, body, operator.Inputs(2))),
    ]
    attrs = {
        "group": weight.shape[0] if depthwise else 1,
        "kernel_shape": kernel,
        "pads": [pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
        "strides": strides,
    }
    return Node("Conv", inputs, "", attrs)


def same_padding(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return int(total // 2), int(total - total // 2)


def activation(model, body, graph, names, operators):
    """relu(x) + c * (x - |x|) is x above zero and 2c * x below: a PRelu of slope 2c, written as five operators."""
    relu, absolute, minus, times, plus = operators[:5]
    kinds = [code(model, o) for o in operators[:5]]
    assert kinds == ["RELU", "ABS", "SUB", "MUL", "ADD"], kinds
    source = relu.Inputs(0)
    assert absolute.Inputs(0) == source and minus.Inputs(0) == source and minus.Inputs(1) == absolute.Outputs(0)
    assert times.Inputs(1) == minus.Outputs(0)
    assert plus.Inputs(0) == relu.Outputs(0) and plus.Inputs(1) == times.Outputs(0)
    for operator, options in ((minus, tflite.SubOptions), (times, tflite.MulOptions), (plus, tflite.AddOptions)):
        no_activation(operator, options)
    slope = 2 * tensor(model, body, times.Inputs(0)).reshape(-1, 1, 1)
    constant = graph.constant(f"s{times.Inputs(0)}", slope)
    return Node("PRelu", [names[source], constant], ""), plus.Outputs(0), 5


def code(model, operator):
    entry = model.OperatorCodes(operator.OpcodeIndex())
    number = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
    return next(name for name, value in vars(tflite.BuiltinOperator).items() if value == number)


def no_activation(operator, kind):
    options = kind()
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    assert options.FusedActivationFunction() == tflite.ActivationFunctionType.NONE
    return options


def tensor(model, body, index):
    description = body.Tensors(index)
    assert description.Type() == tflite.TensorType.FLOAT32
    raw = model.Buffers(description.Buffer()).DataAsNumpy()
    return raw.view(np.float32).reshape(description.ShapeAsNumpy())


def merge_linear(graph):
    """Merges two adjacent 1x1 convolutions with nothing between them into one, which saves an eighth of the weights."""
    for second in list(graph.nodes):
        first = graph.maker(second.inputs[0])
        if not (is_full_1x1(second) and is_full_1x1(first)) or len(graph.readers(first.output)) > 1:
            continue
        w1, b1, w2, b2 = (graph.constants[n].astype(np.float64) for n in (*first.inputs[1:], *second.inputs[1:]))
        # One product at a time: a library's matrix product could round differently on another processor.
        weight, bias = np.zeros((len(w2), *w1.shape[1:])), b2
        for inner in range(len(w1)):
            weight = weight + w2[:, inner, None] * w1[inner]
            bias = bias + w2[:, inner, 0, 0] * b1[inner]
        weight = graph.constant(f"merged {second.output}", weight)
        bias = graph.constant(f"merged {second.output} bias", bias)
        second.inputs = [first.inputs[0], weight, bias]
        graph.nodes.remove(first)


def is_full_1x1(node):
    return node is not None and node.op == "Conv" and node.attrs["group"] == 1 and node.attrs["kernel_shape"] == [1, 1]


def spell_activations(graph):
    """Writes PRelu as u + m * relu(u): ONNX Runtime has no blocked PRelu kernel, but keeps these operators in its blocked
    layout.

    With slope a, prelu(z) is a * (z + (1/a - 1) * relu(z)) and also -(u + (a - 1) * relu(u)) with u = -z. Taking the
    first where |a| > 1 and the second elsewhere keeps m within -2..0, so that no slope (they run from -9.4 to 8.9)
    amplifies rounding. The outer factor is merged into the next convolution, the sign of u into the previous one.
    """
    for node in [n for n in graph.nodes if n.op == "PRelu"]:
        slope = graph.constants[node.inputs[1]].astype(np.float64).ravel()
        steep = np.abs(slope) > 1
        sign = np.where(steep, 1.0, -1.0)
        outer = np.where(steep, slope, -1.0)
        times = np.where(steep, 1 / np.where(steep, slope, 1) - 1, slope - 1)
        before, (after,) = graph.maker(node.inputs[0]), graph.readers(node.output)
        assert before.op == after.op == "Conv" and len(graph.readers(before.output)) == 1
        scale_outputs(graph, before, sign)
        scale_inputs(graph, after, outer)
        source, positive, scaled = before.output, f"{node.output} positive", f"{node.output} scaled"
        factor = graph.constant(f"{node.output} factor", times.reshape(-1, 1, 1))
        at = graph.nodes.index(node)
        graph.nodes[at : at + 1] = [
            Node("Relu", [source], positive),
            Node("Mul", [positive, factor], scaled),
            Node("Add", [scaled, source], node.output),
        ]


def scale_outputs(graph, conv, factors):
    for name in conv.inputs[1:]:
        value = graph.constants[name]
        graph.constants[name] = (value * factors.reshape(-1, *[1] * (value.ndim - 1))).astype(np.float32)


def scale_inputs(graph, conv, factors):
    weight = graph.constants[conv.inputs[1]].astype(np.float64)
    shape = (-1, 1, 1, 1) if conv.attrs["group"] > 1 else (1, -1, 1, 1)
    graph.constants[conv.inputs[1]] = (weight * factors.reshape(shape)).astype(np.float32)


def build(data):
    graph = read(data)
    merge_linear(graph)
    spell_activations(graph)
    return graph
