"""Makes the PyTorch files in fixtures/, and writes what Python's onnxruntime answers.

Usage: make_torch_models.py FOLDER export|answer. `export` needs torch and writes the files that its version makes: the files
named torch2-… were made with torch 2.9.1 of PyPI, whose exporter reads the traced program and puts the weights into a file beside;
those named torch1-… with torch 1.13.1 of Debian 12 (package python3-torch), whose exporter reads TorchScript. `answer` needs
onnxruntime and writes torch.json from all of them.
"""

import json
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
ROWS = 16
NAMES = ["length", "width", "height", "weight"]
rng = np.random.default_rng(11)
numbers = rng.normal(size=(400, 4)).astype(np.float32)
three = np.digitize(numbers[:, 0] + 0.5 * numbers[:, 1], [-0.5, 0.7])
two = (numbers[:, 0] * numbers[:, 1] > 0).astype(np.int64)
amount = (3 * numbers[:, 0] - numbers[:, 2] ** 2 + 40).astype(np.float32)
# A frame with one bright quarter; which one is to be told.
quarter = rng.integers(0, 4, size=400)
frames = rng.uniform(0, 0.3, size=(400, 1, 8, 8)).astype(np.float32)
for frame, place in zip(frames, quarter):
    top, left = 4 * (place // 2), 4 * (place % 2)
    frame[0, top : top + 4, left : left + 4] += 0.5

# Options to give at the import, by model.
CASES = {
    "softmax": {"inputs": NAMES, "labels": ["small", "medium", "large"], "target": "size"},
    "logits": {"inputs": NAMES, "labels": ["small", "medium", "large"], "target": "size", "scores": "logits"},
    "one-logit": {"inputs": NAMES, "labels": ["kept", "sold"], "target": "outcome", "scores": "logits"},
    "amount": {"inputs": NAMES, "target": "amount"},
    "amounts": {"inputs": NAMES, "target": "forecast", "values": ["amount", "margin"]},
    "frames": {"labels": ["upper left", "upper right", "lower left", "lower right"], "target": "quarter", "scores": "logits"},
}


def export():
    import torch
    from torch import nn

    def trained(network, rows, truth, loss, rounds=150):
        torch.manual_seed(3)
        for layer in network:
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
        optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
        rows, truth = torch.from_numpy(rows), torch.from_numpy(truth)
        for _ in range(rounds):
            optimizer.zero_grad()
            error = loss(network(rows), truth)
            error.backward()
            optimizer.step()
        print(f"{error.item():.4f} after {rounds} rounds")
        return network.eval()

    old = torch.__version__.startswith("1.")

    def write(name, network, example, reads="features"):
        file = folder / f"{'torch1' if old else 'torch2'}-{name}.onnx"
        names = {"input_names": [reads], "output_names": ["output"]}
        if old:
            names["dynamic_axes"] = {reads: {0: "rows"}, "output": {0: "rows"}}
        else:
            names["dynamic_shapes"] = ({0: torch.export.Dim("rows")},)
        torch.onnx.export(network, (torch.from_numpy(example),), str(file), **names)

    def layers(outputs):
        return nn.Sequential(
            nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 8), nn.GELU(), nn.Linear(8, outputs)
        )

    def regression(truth):
        network = trained(layers(truth.shape[1]), numbers, truth - truth.mean(axis=0), nn.MSELoss(), 400)
        with torch.no_grad():
            network[-1].bias += torch.from_numpy(truth.mean(axis=0))
        return network

    logits = trained(layers(3), numbers, three.astype(np.int64), nn.CrossEntropyLoss())
    write("logits", logits, numbers[:2])
    write("softmax", nn.Sequential(logits, nn.Softmax(dim=1)).eval(), numbers[:2])
    one = trained(layers(1), numbers, two.astype(np.float32)[:, None], nn.BCEWithLogitsLoss())
    write("one-logit", one, numbers[:2])
    both = np.stack([amount, amount * 0.2 - numbers[:, 3]], axis=1)
    write("amount", regression(both[:, :1]), numbers[:2])
    write("amounts", regression(both), numbers[:2])
    convolution = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(96, 4)
    )
    write("frames", trained(convolution, frames, quarter, nn.CrossEntropyLoss()), frames[:2], "image")


def softmax(scores):
    parts = np.exp(scores - scores.max(axis=1, keepdims=True))
    return parts / parts.sum(axis=1, keepdims=True)


def answer():
    import onnxruntime as ort

    models = {}
    for file in sorted(folder.glob("torch*.onnx")):
        name = file.stem.split("-", 1)[1]
        session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
        fed = frames[:ROWS] if name == "frames" else numbers[:ROWS]
        output = session.run(None, {session.get_inputs()[0].name: fed})[0].astype(float)
        options = CASES[name]
        if name == "frames":
            # Exact as float32, and short.
            rows = {"image": [[float(f"{value:.9g}") for value in row.ravel()] for row in fed]}
        else:
            rows = {column: fed[:, i].astype(float).tolist() for i, column in enumerate(NAMES)}
        if "labels" not in options:
            expected = {"values": output.tolist()} if output.shape[1] > 1 else {"value": output[:, 0].tolist()}
        else:
            if output.shape[1] == 1:
                second = 1 / (1 + np.exp(-output))
                output = np.concatenate([1 - second, second], axis=1)
            elif options.get("scores") == "logits":
                output = softmax(output)
            label = [options["labels"][place] for place in output.argmax(axis=1)]
            expected = {"probabilities": output.tolist(), "label": label}
        models[file.stem] = {"options": options, "rows": rows, "expected": expected}
    (folder / "torch.json").write_text(json.dumps(models, separators=(",", ":")) + "\n")


{"export": export, "answer": answer}[sys.argv[2]]()
