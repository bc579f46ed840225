"""A small ONNX graph for rewriting: nodes in order, constants by name. Nothing in it depends on a machine or a date."""

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator


@dataclass
class Node:
    op: str
    inputs: list
    output: str
    attrs: dict = field(default_factory=dict)


@dataclass
class Graph:
    opset: int
    inputs: dict  # name -> shape
    outputs: dict
    nodes: list = field(default_factory=list)
    constants: dict = field(default_factory=dict)

    def readers(self, name):
        return [node for node in self.nodes if name in node.inputs]

    def maker(self, name):
        return next((node for node in self.nodes if node.output == name), None)

    def rename(self, old, new):
        for node in self.nodes:
            node.inputs = [new if name == old else name for name in node.inputs]

    def constant(self, name, value, dtype=np.float32):
        """Adds a constant; float64 work is rounded to float32 here, once."""
        assert name not in self.constants, name
        self.constants[name] = np.ascontiguousarray(value, dtype=dtype)
        return name


def load(data, inputs, outputs):
    """An ONNX file with its input and output shapes replaced by fixed ones."""
    model = onnx.load_model_from_string(data)
    graph = Graph(model.opset_import[0].version, inputs, outputs)
    graph.constants = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
    for node in model.graph.node:
        assert len(node.output) == 1 and node.domain == "", node
        attrs = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Constant":
            graph.constants[node.output[0]] = numpy_helper.to_array(attrs["value"])
        else:
            graph.nodes.append(Node(node.op_type, list(node.input), node.output[0], attrs))
    return graph


def to_bytes(graph, name):
    """The same graph gives the same bytes: tensors are numbered in order and nothing else is written."""
    names = {n: n for n in [*graph.inputs, *graph.outputs, ""]}

    def short(tensor, prefix):
        return names.setdefault(tensor, f"{prefix}{len(names)}")

    nodes, initializers, written = [], [], set()
    for node in graph.nodes:
        for tensor in node.inputs:
            if tensor in graph.constants and tensor not in written:
                written.add(tensor)
                initializers.append(numpy_helper.from_array(graph.constants[tensor], short(tensor, "c")))
        inputs = [short(tensor, "t") for tensor in node.inputs]
        nodes.append(helper.make_node(node.op, inputs, [short(node.output, "t")], **node.attrs))

    body = helper.make_graph(nodes, name, values(graph.inputs), values(graph.outputs), initializers)
    model = helper.make_model(
        body,
        ir_version=8,  # old enough for every engine that the project supports
        producer_name="visavis models/convert",
        opset_imports=[helper.make_opsetid("", graph.opset)],
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def values(shapes):
    return [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, s) for n, s in shapes.items()]


def shapes(graph):
    """Every shape that ONNX's own inference finds, fully known ones only."""
    nodes = [helper.make_node(n.op, n.inputs, [n.output], **n.attrs) for n in graph.nodes]
    constants = [numpy_helper.from_array(value, name) for name, value in graph.constants.items()]
    body = helper.make_graph(nodes, "work", values(graph.inputs), values(graph.outputs), constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", graph.opset)])
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    known = {}
    for value in [*model.graph.value_info, *model.graph.output, *model.graph.input]:
        dims = value.type.tensor_type.shape.dim
        if all(d.HasField("dim_value") for d in dims):
            known[value.name] = [d.dim_value for d in dims]
    return known


def fold(graph):
    """Computes everything that does not depend on the pixels: with fixed sizes, Shape and all that follows is constant."""
    changed = True
    while changed:
        changed = False
        known = shapes(graph)
        kept = []
        for node in graph.nodes:
            if node.op == "Shape" and node.inputs[0] in known:
                graph.constants[node.output] = np.array(known[node.inputs[0]], dtype=np.int64)
                changed = True
            elif all(n == "" or n in graph.constants for n in node.inputs):
                graph.constants[node.output] = evaluate(graph, node)
                changed = True
            else:
                kept.append(node)
        graph.nodes = kept


def prune(graph):
    """Drops every node that no output depends on."""
    needed, kept = set(graph.outputs), []
    for node in reversed(graph.nodes):
        if node.output in needed:
            needed.update(node.inputs)
            kept.append(node)
    graph.nodes = kept[::-1]


def evaluate(graph, node):
    named = {n: graph.constants[n] for n in node.inputs if n}
    kinds = {n: helper.np_dtype_to_tensor_dtype(v.dtype) for n, v in named.items()}
    ins = [helper.make_tensor_value_info(n, kinds[n], v.shape) for n, v in named.items()]
    out = helper.make_empty_tensor_value_info(node.output)
    body = helper.make_graph([helper.make_node(node.op, node.inputs, [node.output], **node.attrs)], "one", ins, [out])
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", graph.opset)])
    return ReferenceEvaluator(model).run(None, named)[0]


def merge_twins(graph):
    """Keeps only the first of several nodes that compute the same from the same inputs."""
    seen, kept = {}, []
    for node in graph.nodes:
        key = (node.op, tuple(identity(graph, n) for n in node.inputs), repr(sorted(node.attrs.items())))
        if key in seen:
            graph.rename(node.output, seen[key])
        else:
            seen[key] = node.output
            kept.append(node)
    graph.nodes = kept


def identity(graph, name):
    value = graph.constants.get(name)
    return name if value is None else (value.dtype.str, value.shape, value.tobytes())
