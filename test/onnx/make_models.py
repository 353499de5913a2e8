"""Makes ONNX files with converters that are not ours, and writes what Python's onnxruntime answers.

Usage: make_models.py FOLDER [CATBOOST]. For each model NAME: NAME.onnx, and in models.json what to say at its import, its rows, and
the answers that were got in Python for them.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

folder = Path(sys.argv[1])
# CatBoost must not be installed in the environment of JupyterLab.
sys.path += sys.argv[2:]
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(11)
models = {}

ROWS = 24
numbers = rng.normal(size=(300, 4)).astype(np.float32)
names = ["length", "width", "height", "weight"]
three = np.digitize(numbers[:, 0] + 0.5 * numbers[:, 1], [-0.5, 0.7])
two = (numbers[:, 0] * numbers[:, 1] > 0).astype(int)
amount = 3 * numbers[:, 0] - numbers[:, 2] ** 2 + 40
colours = np.array(["red", "green", "blue"])[rng.integers(0, 3, 300)]
shops = np.array(["Köln", "Łódź", "San José"])[rng.integers(0, 3, 300)]
sold = numbers[:, 0] + (colours == "red") * 2 + (shops == "Köln") > 0.8
texts = [
    " ".join(rng.choice(["good", "fine", "great"] if kind else ["bad", "poor", "awful"], 3)) + " wine " + str(place % 5)
    for place, kind in enumerate(two)
]


def keep(name, model, feeds, options, rows, *, label=None, probabilities=None, value=None):
    """`feeds`: what Python's runtime is fed. `rows`: the same, by named input. Outputs by their names in the file."""
    content = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / f"{name}.onnx").write_bytes(content)
    session = ort.InferenceSession(with_neutral_locale(content), providers=["CPUExecutionProvider"])
    answers = dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds)))
    expected = {}
    if label:
        expected["label"] = [str(entry) for entry in np.ravel(answers[label])]
    if probabilities:
        got = answers[probabilities]
        if isinstance(got, list):
            got = np.array([list(row.values()) for row in got])
        expected["probabilities"] = np.asarray(got, dtype=float).tolist()
    if value:
        expected["value"] = np.ravel(answers[value]).astype(float).tolist()
    models[name] = {"options": options, "rows": rows, "expected": expected}


def with_neutral_locale(content):
    """Text needs a language for its lower case, and small machines lack en_US.UTF-8."""
    graph = onnx.load_from_string(content)
    for node in graph.graph.node:
        if node.op_type == "StringNormalizer":
            node.attribute.append(onnx.helper.make_attribute("locale", "C.UTF-8"))
    return graph.SerializeToString()


def columns(table, of=names):
    return {column: [float(number) for number in table[:, place]] for place, column in enumerate(of)}


def from_scikit_learn():
    from skl2onnx import convert_sklearn, to_onnx
    from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
    from sklearn.cluster import KMeans
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
    from sklearn.svm import SVC

    sample = numbers[:ROWS]
    # A ZipMap, classes that are whole numbers.
    logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(numbers, three * 10)
    keep(
        "sklearn-logistic",
        to_onnx(logistic, numbers[:1]),
        {"X": sample},
        {"inputs": names, "target": "size"},
        columns(sample),
        label="output_label",
        probabilities="output_probability",
    )
    # Text and categories beside numbers, each an input of its own.
    mixed = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", StandardScaler(), ["length"]),
                ("categories", OneHotEncoder(handle_unknown="ignore"), ["colour", "shop"]),
            ]
        ),
        LogisticRegression(),
    )
    import pandas as pd

    frame = pd.DataFrame({"length": numbers[:, 0], "colour": colours, "shop": shops})
    mixed.fit(frame, np.where(sold, "sold", "kept"))
    types = [
        ("length", FloatTensorType([None, 1])),
        ("colour", StringTensorType([None, 1])),
        ("shop", StringTensorType([None, 1])),
    ]
    keep(
        "sklearn-categories",
        convert_sklearn(mixed, initial_types=types),
        {name: frame[[name]].to_numpy()[:ROWS] for name in frame},
        {},
        {name: frame[name].tolist()[:ROWS] for name in frame},
        label="output_label",
        probabilities="output_probability",
    )
    # Free text.
    words = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, two)
    keep(
        "sklearn-text",
        convert_sklearn(words, initial_types=[("review", StringTensorType([None, 1]))], options={"zipmap": False}),
        {"review": np.array(texts[:ROWS]).reshape(-1, 1)},
        {"labels": ["bad", "good"]},
        {"review": texts[:ROWS]},
        label="label",
        probabilities="probabilities",
    )
    models["sklearn-text"]["expected"]["label"] = [
        ["bad", "good"][int(kind)] for kind in models["sklearn-text"]["expected"]["label"]
    ]
    # Categories that are whole numbers, in one input of several; a regression in double precision.
    codes = rng.integers(0, 4, (300, 2)).astype(np.int64)
    ordinal = make_pipeline(OrdinalEncoder(), Ridge()).fit(codes, codes @ np.array([2.0, -1.0]))
    keep(
        "sklearn-codes",
        convert_sklearn(ordinal, initial_types=[("codes", Int64TensorType([None, 2]))]),
        {"codes": codes[:ROWS]},
        {"inputs": {"codes": ["street", "house"]}, "target": "price"},
        {"street": codes[:ROWS, 0].tolist(), "house": codes[:ROWS, 1].tolist()},
        value="variable",
    )
    forest = RandomForestClassifier(12, max_depth=5, random_state=1).fit(numbers, np.array(["s", "m", "l"])[three])
    keep(
        "sklearn-forest",
        to_onnx(forest, numbers[:1], options={"zipmap": "columns"}),
        {"X": sample},
        {"inputs": names, "outputs": {"label": "output_label"}},
        columns(sample),
        label="output_label",
    )
    # Answers that are labels, and scores that are not probabilities.
    keep(
        "sklearn-margin",
        to_onnx(SVC(kernel="rbf").fit(numbers, three), numbers[:1]),
        {"X": sample},
        {"inputs": names, "labels": ["0", "1", "2"]},
        columns(sample),
        label="output_label",
    )
    boosted = GradientBoostingRegressor(n_estimators=20).fit(numbers, amount)
    keep("sklearn-boosting", to_onnx(boosted, numbers[:1]), {"X": sample}, {"inputs": names}, columns(sample), value="variable")
    clusters = KMeans(3, n_init=2, random_state=3).fit(numbers)
    keep(
        "sklearn-clusters",
        to_onnx(clusters, numbers[:1]),
        {"X": sample},
        {"inputs": "{}", "labels": ["first", "second", "third"], "outputs": {"label": "label"}},
        columns(sample),
        label="label",
    )
    models["sklearn-clusters"]["options"]["inputs"] = names
    models["sklearn-clusters"]["expected"]["label"] = [
        ["first", "second", "third"][int(kind)] for kind in models["sklearn-clusters"]["expected"]["label"]
    ]


def from_boosting_libraries():
    import lightgbm
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    sample = numbers[:ROWS].copy()
    sample[3, 1] = np.nan
    missing = columns(sample)
    missing["width"][3] = None
    types = [("input", FloatTensorType([None, 4]))]
    light = lightgbm.LGBMClassifier(n_estimators=15, verbose=-1).fit(numbers, three)
    keep(
        "lightgbm-classes",
        onnxmltools.convert_lightgbm(light, initial_types=types, target_opset=15),
        {"input": sample},
        {"inputs": names, "nullable": ["width"], "licence": "MIT"},
        missing,
        label="label",
        probabilities="probabilities",
    )
    extreme = xgboost.XGBRegressor(n_estimators=15, max_depth=4).fit(numbers, amount)
    keep(
        "xgboost-amount",
        onnxmltools.convert_xgboost(extreme, initial_types=types, target_opset=15),
        {"input": sample},
        {"inputs": names, "nullable": ["width"], "target": "amount"},
        missing,
        value="variable",
    )


def from_catboost():
    import catboost

    sample = numbers[:ROWS]
    cat = catboost.CatBoostClassifier(iterations=15, depth=4, verbose=False, allow_writing_files=False, random_seed=1)
    cat.fit(numbers, np.array(["small", "middle", "large"])[three])
    file = folder / "catboost.tmp"
    cat.save_model(str(file), format="onnx", export_parameters={"onnx_domain": "shop.sizes", "onnx_doc_string": "Sizes of parcels."})
    content = file.read_bytes()
    file.unlink()
    keep(
        "catboost-classes",
        content,
        {"features": sample},
        {"inputs": names, "labels": None},
        columns(sample),
        label="label",
        probabilities="probabilities",
    )
    models["catboost-classes"]["options"] = {"inputs": names}


from_scikit_learn()
from_boosting_libraries()
if len(sys.argv) > 2:
    from_catboost()
(folder / "models.json").write_text(json.dumps(models))
