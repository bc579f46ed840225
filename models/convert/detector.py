"""RetinaFace: the ONNX file of the package at a fixed input size."""

import graph as onnx_graph

SIDES = (320, 640)
# Two anchors in each cell of each stride; a row of outputs for each anchor.
STRIDES, SIZES_PER_CELL = (8, 16, 32), 2
ROW = {"loc": 4, "conf": 2, "landmarks": 10}


def build(data, side):
    anchors = sum((side // stride) ** 2 * SIZES_PER_CELL for stride in STRIDES)
    outputs = {name: [1, anchors, width] for name, width in ROW.items()}
    graph = onnx_graph.load(data, {"input": [1, 3, side, side]}, outputs)
    onnx_graph.fold(graph)
    # The export computed three convolutions twice.
    onnx_graph.merge_twins(graph)
    left = {node.op for node in graph.nodes} & {"Shape", "Gather", "Slice", "Cast", "Identity", "Unsqueeze"}
    assert not left, left
    return graph
