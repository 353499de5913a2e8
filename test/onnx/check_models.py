"""Holds every ONNX file of a folder against the checker of the onnx package and against what was expected of it.

Usage: check_models.py FOLDER. models.json says, by name, the inputs and outputs as { shape, data }. Prints, by name, the
largest difference relative to max(1, |expected|), or what the checker or the runtime said.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

folder = Path(sys.argv[1])
TYPES = {"tensor(float)": np.float32, "tensor(string)": object, "tensor(bool)": bool, "tensor(int64)": np.int64}
report = {}
for name, model in json.loads((folder / "models.json").read_text()).items():
    try:
        onnx.checker.check_model(str(folder / f"{name}.onnx"), full_check=True)
        session = ort.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        feeds = {}
        for entry in session.get_inputs():
            given = model["inputs"][entry.name]
            numbers = [np.nan if number is None else number for number in given["data"]]
            feeds[entry.name] = np.array(numbers, dtype=TYPES[entry.type]).reshape(given["shape"])
        worst = 0.0
        for output, expected in model["outputs"].items():
            got = session.run([output], feeds)[0]
            wanted = np.array(expected["data"], dtype=float)
            assert list(got.shape) == expected["shape"], f"{output} has the shape {got.shape}"
            gap = np.abs(np.ravel(got).astype(float) - wanted) / np.maximum(1, np.abs(wanted))
            worst = max(worst, float(np.max(gap)) if np.all(np.isfinite(gap)) else float("inf"))
        report[name] = worst
    except Exception as error:  # reported by name: one bad file must not hide the others
        report[name] = f"{type(error).__name__}: {error}"
print(json.dumps(report))
