"""RetinaFace: the ONNX file of the package, for square inputs of any size."""

import numpy as np

import graph as onnx_graph

# Two anchors in each cell of each stride; a row of outputs for each anchor.
STRIDES, SIZES_PER_CELL = (8, 16, 32), 2
ROW = {"loc": 4, "conf": 2, "landmarks": 10}
# For folding only: nothing in the result depends on it.
SIDE = 320


def build(data):
    """The network in two parts: with the outputs of all strides but the finest, and with those of the finest.

    A coarser level does not depend on a finer one, and the finest takes more than a third of the time. Its part takes as
    inputs what the other has computed: the features of the finest stride, and of the level above it.
    """
    anchors = sum((SIDE // stride) ** 2 * SIZES_PER_CELL for stride in STRIDES)
    outputs = {name: [1, anchors, width] for name, width in ROW.items()}
    whole = onnx_graph.load(data, {"input": [1, 3, SIDE, SIDE]}, outputs)
    onnx_graph.fold(whole)
    # The export computed three convolutions twice.
    onnx_graph.merge_twins(whole)
    left = {node.op for node in whole.nodes} & {"Shape", "Gather", "Slice", "Cast", "Identity", "Unsqueeze"}
    assert not left, left
    known = onnx_graph.shapes(whole)
    free(whole)
    coarse, fine = (part(whole, known, anchors, strides) for strides in (STRIDES[1:], STRIDES[:1]))
    same = {"input"}
    for node in fine.nodes:
        twin = coarse.maker(node.output)
        values = [name for name in node.inputs if name not in whole.constants]
        if twin and twin.inputs == node.inputs and all(name in same for name in values):
            same.add(node.output)
    rest = [node for node in fine.nodes if node.output not in same]
    shared = list(dict.fromkeys(name for node in rest for name in node.inputs if name in same))
    assert len(shared) == 2, shared
    fine.inputs, fine.nodes = {}, rest
    for name in shared:
        _, channels, side, _ = known[name]
        feature, dimension = f"features_{SIDE // side}", f"side_{SIDE // side}"
        coarse.maker(name).output = feature
        coarse.rename(name, feature)
        fine.rename(name, feature)
        fine.inputs[feature] = coarse.outputs[feature] = [1, channels, dimension, dimension]
    return coarse, fine


def part(whole, known, anchors, strides):
    graph = onnx_graph.Graph(whole.opset, {"input": [1, 3, "side", "side"]}, {}, [], whole.constants)
    for node in whole.nodes:
        inputs = node.inputs
        if node.op == "Concat" and known[node.output][1] == anchors:
            # One input for each stride, finest first.
            assert len(inputs) == len(STRIDES)
            inputs = [name for name, stride in zip(inputs, STRIDES) if stride in strides]
        graph.nodes.append(onnx_graph.Node(node.op, list(inputs), node.output, node.attrs))
    graph.outputs = {name: [1, "anchors", width] for name, width in ROW.items()}
    onnx_graph.prune(graph)
    return graph


def free(graph):
    """Allows for a side of any multiple of the largest stride."""
    scales = graph.constant("scales", [1, 1, 2, 2])
    for node in graph.nodes:
        if node.op == "Resize":
            # Each map is enlarged to one of twice its size, so a scale of 2 can replace the fixed size.
            assert node.attrs["mode"] == b"nearest", node
            node.inputs = [*node.inputs[:2], scales]
