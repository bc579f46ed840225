"""dlib's face recognition network: from the file that dlib wrote to an ONNX graph.

The file follows dlib's `serialize` functions (dlib/serialize.h, dlib/dnn/core.h, layers.h, tensor.h), the architecture
`anet_type` of dlib's example dnn_face_recognition_ex.cpp. Layers nest: the versions of all of them come first, from the loss
inwards, then the contents of each, from the input outwards. Tags and skips have no contents.
"""

import numpy as np

from graph import Graph, Node

SIDE, DIMENSIONS = 150, 128
# Subtracted from red, green and blue; what is left is divided by 256 (dlib/dnn/input.h).
MEAN = [122.782, 117.001, 104.298]
# For each level, from the input on: its filters, the number of its blocks, and whether the first of them halves the sides.
LEVELS = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))


class Reader:
    """Numbers, texts and tensors as dlib writes them."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise ValueError("the file ends too early")
        self.at += count
        return taken

    def integer(self):
        """A byte with the sign in its highest bit and the number of bytes that follow, lowest first."""
        control = self.take(1)[0]
        value = int.from_bytes(self.take(control & 0x0F), "little")
        return -value if control & 0x80 else value

    def number(self):
        mantissa, exponent = self.integer(), self.integer()
        return mantissa * 2.0**exponent

    def text(self):
        return self.take(self.integer()).decode("ascii")

    def expect(self, *integers):
        found = tuple(self.integer() for _ in integers)
        assert found == integers, f"{found} where {integers} should be"

    def tensor(self):
        self.expect(2)
        shape = [self.integer() for _ in range(4)]
        return np.frombuffer(self.take(4 * int(np.prod(shape))), "<f4").reshape(shape)

    def view(self):
        """The shape of a part of a layer's parameters."""
        self.expect(1)
        return [self.integer() for _ in range(4)]


class Layers:
    """The contents of the layers, read from the input on; each layer is checked by dlib's name for it."""

    def __init__(self, reader):
        self.reader = reader

    def begin(self, name):
        found = self.reader.text()
        assert found == name, f"a layer {found!r} where {name!r} should be"

    def end(self):
        """What is left over from training: flags, and three tensors, which are empty."""
        assert set(self.reader.take(3)) <= set(b"01")
        assert all(self.reader.tensor().size == 0 for _ in range(3))

    def convolution(self, filters, inputs, side, stride, first=False):
        """Weight and bias, with the layer after it merged into them, which was a batch normalisation in training."""
        reader = self.reader
        self.begin("con_4")
        values = reader.tensor().ravel().astype(np.float64)
        padding = side // 2 if stride == 1 else 0
        reader.expect(filters, side, side, stride, stride, padding, padding)
        shape = reader.view()
        assert shape == [filters, inputs, side, side] and reader.view() == [1, filters, 1, 1]
        self.learning_rates()
        self.end()
        if first:
            reader.expect(1)  # the number of samples that the input makes from a photo
        weight, bias = np.split(values, [int(np.prod(shape))])
        scale, shift = self.affine(filters)
        return weight.reshape(shape) * scale.reshape(-1, 1, 1, 1), bias * scale + shift

    def affine(self, channels):
        self.begin("affine_")
        values = self.reader.tensor().ravel().astype(np.float64)
        assert self.reader.view() == self.reader.view() == [1, channels, 1, 1]
        self.reader.expect(0)  # one factor for each channel, not for each value
        self.end()
        return np.split(values, 2)

    def plain(self, name, *holds):
        self.begin(name)
        self.reader.expect(*holds)
        self.end()

    def dense(self, inputs, outputs):
        self.begin("fc_2")
        self.reader.expect(outputs, inputs)
        weight = self.reader.tensor().reshape(inputs, outputs)
        assert self.reader.view() == [inputs, outputs, 1, 1]
        self.reader.view()
        self.reader.expect(1)  # without a bias
        self.learning_rates()
        self.end()
        return weight

    def learning_rates(self):
        for _ in range(4):
            self.reader.number()


class Builder:
    def __init__(self, layers):
        self.layers = layers
        self.graph = Graph(13, {"input": [1, 3, SIDE, SIDE]}, {"embedding": [1, DIMENSIONS]})

    def add(self, op, inputs, **attrs):
        output = f"t{len(self.graph.nodes)}"
        self.graph.nodes.append(Node(op, inputs, output, attrs))
        return output

    def constant(self, value, dtype=np.float32):
        return self.graph.constant(f"c{len(self.graph.constants)}", value, dtype)

    def convolution(self, source, inputs, filters, side, stride, **more):
        weight, bias = self.layers.convolution(filters, inputs, side, stride, **more)
        padding = side // 2 if stride == 1 else 0
        attrs = {"kernel_shape": [side] * 2, "pads": [padding] * 4, "strides": [stride] * 2}
        return self.add("Conv", [source, self.constant(weight), self.constant(bias)], **attrs)

    def relu(self, source):
        self.layers.plain("relu_")
        return self.add("Relu", [source])

    def block(self, source, side, inputs, filters, halve):
        """Two convolutions and a shortcut past them; also returns the sides of the result."""
        deep = self.relu(self.convolution(source, inputs, filters, 3, 2 if halve else 1))
        deep = self.convolution(deep, filters, filters, 3, 1)
        if halve:
            source, deep, side = self.past(source, deep, side, filters - inputs)
        self.layers.plain("add_prev_")
        return self.relu(self.add("Add", [deep, source])), side

    def past(self, source, deep, side, more):
        """Pooling leaves a larger map than the convolutions, and fewer channels. dlib adds maps of different sizes as if the
        smaller one were padded with zeros, in channels, to the right and below (dlib/dnn/layers.h, `add_prev_`).
        """
        self.layers.plain("avg_pool_2", 2, 2, 2, 2, 0, 0)
        pooled = self.add("AveragePool", [source], kernel_shape=[2, 2], strides=[2, 2])
        after, larger = (side - 3) // 2 + 1, (side - 2) // 2 + 1
        return self.zeros(pooled, more, 0), self.zeros(deep, 0, larger - after), larger

    def zeros(self, source, channels, rest):
        if channels == rest == 0:
            return source
        after = self.constant([0, 0, 0, 0, 0, channels, rest, rest], np.int64)
        return self.add("Pad", [source, after])


def build(data):
    layers = Layers(opened(data))
    net = Builder(layers)
    value = net.relu(net.convolution("input", 3, 32, 7, 2, first=True))
    layers.plain("max_pool_2", 3, 3, 2, 2, 0, 0)
    value = net.add("MaxPool", [value], kernel_shape=[3, 3], strides=[2, 2])
    side, channels = 35, 32
    for filters, blocks, halve in LEVELS:
        for place in range(blocks):
            value, side = net.block(value, side, channels, filters, halve and place == 0)
            channels = filters
    layers.plain("avg_pool_2", 0, 0, 1, 1, 0, 0)
    value = net.add("Flatten", [net.add("GlobalAveragePool", [value])], axis=1)
    weight = net.constant(layers.dense(channels, DIMENSIONS))
    net.graph.nodes.append(Node("MatMul", [value, weight], "embedding"))
    assert layers.reader.at == len(data), "the file contains more data"
    return net.graph


def opened(data):
    """The file from its first layer on."""
    reader = Reader(data)
    reader.expect(1)
    assert reader.text() == "loss_metric_2"
    reader.number(), reader.number()  # the margin used in training, and the distance that separates people
    # Versions of nested layers; that of the innermost, the input, is 3.
    while reader.integer() != 3:
        pass
    assert reader.text() == "input_rgb_image_sized"
    assert [round(reader.number(), 3) for _ in MEAN] == MEAN
    reader.expect(SIDE, SIDE)
    return reader
