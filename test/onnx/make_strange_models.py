"""Small ONNX files with what makes an import hard, one for each trap. Usage: make_strange_models.py FOLDER"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
F = TensorProto.FLOAT


def constant(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def save(name, nodes, inputs, outputs, constants=(), opset=17, ir=8, **more):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="by hand", **more)
    model.ir_version = ir
    onnx.save(model, folder / f"{name}.onnx")
    return model


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


node = helper.make_node
weights = constant("w", [[1.0, -1.0, 0.5], [0.25, 2.0, -0.5]])
product = node("MatMul", ["x", "w"], ["scores"])
x = value("x", F, ["n", 2])

save("logits", [product], [x], [value("scores", F, ["n", 3])], [weights])
save(
    "one-logit",
    [node("MatMul", ["x", "v"], ["logit"])],
    [x],
    [value("logit", F, ["n", 1])],
    [constant("v", [[1.0], [-2.0]])],
)
save("fixed-rows", [product], [value("x", F, [1, 2])], [value("scores", F, [1, 3])], [weights])
save(
    "rows-built-in",
    [product, node("Reshape", ["scores", "shape"], ["flat"])],
    [value("x", F, [1, 2])],
    [value("flat", F, [1, 3])],
    [weights, constant("shape", [1, 3], np.int64)],
)
save(
    "rows-mixed",
    [node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1), node("Sub", ["x", "mean"], ["c"]), node("MatMul", ["c", "v"], ["y"])],
    [x],
    [value("y", F, ["n", 1])],
    [constant("v", [[1.0], [-2.0]])],
)
# An inner value has the name of an output of ours, and a branch uses it.
inner = helper.make_graph([node("Neg", ["label"], ["negative"])], "then", [], [value("negative", F, None)])
outer = helper.make_graph([node("Identity", ["label"], ["same"])], "else", [], [value("same", F, None)])
save(
    "names-taken",
    [
        node("MatMul", ["value", "v"], ["label"]),
        node("ReduceSum", ["label"], ["total"], keepdims=0),
        node("Less", ["total", "limit"], ["little"]),
        node("If", ["little"], ["probabilities"], then_branch=inner, else_branch=outer),
    ],
    [value("value", F, ["n", 2])],
    [value("probabilities", F, ["n", 1])],
    [constant("v", [[0.5], [0.25]]), constant("limit", -1e9)],
)
save(
    "half",
    [node("MatMul", ["x", "w"], ["scores"]), node("Softmax", ["scores"], ["p"], axis=1)],
    [value("x", TensorProto.FLOAT16, ["n", 2])],
    [value("p", TensorProto.FLOAT16, ["n", 3])],
    [constant("w", [[1.0, -1.0, 0.5], [0.25, 2.0, -0.5]], np.float16)],
)
save(
    "image",
    [node("Reshape", ["x", "shape"], ["flat"]), node("ReduceSum", ["flat", "axes"], ["y"], keepdims=1)],
    [value("x", F, ["n", 1, 3, 3])],
    [value("y", F, ["n", 1])],
    [constant("shape", [-1, 9], np.int64), constant("axes", [1], np.int64)],
)
# 3 channels, then height and width: each of the 12 numbers has a weight of its own.
save(
    "channels-image",
    [node("Mul", ["x", "k"], ["weighted"]), node("ReduceSum", ["weighted", "axes"], ["sum"], keepdims=0), node("Reshape", ["sum", "shape"], ["y"])],
    [value("x", F, ["n", 3, 2, 2])],
    [value("y", F, ["n", 1])],
    [
        constant("k", np.arange(1, 13).reshape(1, 3, 2, 2)),
        constant("axes", [1, 2, 3], np.int64),
        constant("shape", [-1, 1], np.int64),
    ],
)
save(
    "bytes-image",
    [node("Cast", ["x"], ["f"], to=F), node("ReduceSum", ["f", "axes"], ["sum"], keepdims=0), node("Reshape", ["sum", "shape"], ["y"])],
    [value("x", TensorProto.UINT8, ["n", 2, 2, 3])],
    [value("y", F, ["n", 1])],
    [constant("axes", [1, 2, 3], np.int64), constant("shape", [-1, 1], np.int64)],
)
save(
    "several-inputs",
    [node("Concat", ["a", "b"], ["ab"], axis=1), node("MatMul", ["ab", "v"], ["y"])],
    [value("a", F, ["n", 1]), value("b", F, ["n", 2])],
    [value("y", F, ["n", 1])],
    [constant("v", [[1.0], [10.0], [100.0]])],
)
save(
    "sequence",
    [product, node("SequenceConstruct", ["scores"], ["all"])],
    [x],
    [helper.make_tensor_sequence_value_info("all", F, None)],
    [weights],
)
save(
    "custom",
    [node("Magic", ["x"], ["y"], domain="org.example"), node("Trick", ["y"], ["z"], domain="org.example")],
    [x],
    [value("z", F, ["n", 1])],
)
save("future-opset", [product], [x], [value("scores", F, ["n", 3])], [weights], opset=99)
save("future-format", [product], [x], [value("scores", F, ["n", 3])], [weights], ir=99)
save("feature-names", [product], [x], [value("scores", F, ["n", 3])], [weights])
named = onnx.load(folder / "feature-names.onnx")
helper.set_model_props(named, {"feature_names": '["length", "width"]', "author": "A | B"})
named.doc_string = "Three kinds."
onnx.save(named, folder / "feature-names.onnx")

beside = onnx.load(folder / "logits.onnx")
onnx.save(beside, folder / "external.onnx", save_as_external_data=True, location="external.data", size_threshold=0)
for name, location in {"escape": "../secret.data", "absolute": "/etc/passwd", "missing": "nothing.data", "link": "link.data"}.items():
    model = onnx.load(folder / "external.onnx", load_external_data=False)
    for entry in model.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = location
    (folder / f"external-{name}.onnx").write_bytes(model.SerializeToString())
(folder / "link.data").symlink_to("external.data")
(folder.parent / "secret.data").write_bytes((folder / "external.data").read_bytes())
(folder / "broken.onnx").write_bytes(b"\x3a\xff\xff\x01 no graph")
(folder / "empty.onnx").write_bytes(b"")
