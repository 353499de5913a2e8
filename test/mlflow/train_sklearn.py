"""Trains with scikit-learn under autologging, registers what came out, loads it by alias, and prints what it saw."""

import json

import mlflow
import numpy as np
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

client = MlflowClient()
seen = {}
data = load_iris(as_frame=True)
mlflow.set_experiment("iris")
mlflow.sklearn.autolog(log_datasets=True, silent=True)

with mlflow.start_run(run_name="by autolog") as run:
    model = LogisticRegression(max_iter=500, C=0.5).fit(data.data, data.target)

logged = client.get_run(run.info.run_id)
seen["status"] = logged.info.status
seen["params"] = {key: logged.data.params[key] for key in ["C", "max_iter"]}
seen["metrics"] = sorted(logged.data.metrics)
seen["accuracy"] = logged.data.metrics["training_accuracy_score"] == model.score(data.data, data.target)
seen["estimator"] = logged.data.tags["estimator_class"]
seen["plots"] = sorted(file.path for file in client.list_artifacts(run.info.run_id))
seen["inputs"] = [entry.tags[0].value for entry in logged.inputs.dataset_inputs]
seen["columns"] = [json.loads(entry.dataset.profile)["num_rows"] for entry in logged.inputs.dataset_inputs]

(model_id,) = [output.model_id for output in logged.outputs.model_outputs]
seen["model metrics"] = sorted(metric.key for metric in client.get_logged_model(model_id).metrics or [])
version = mlflow.register_model(f"models:/{model_id}", "iris")
client.set_registered_model_alias("iris", "champion", version.version)
loaded = mlflow.pyfunc.load_model("models:/iris@champion")
seen["same predictions"] = bool(np.array_equal(loaded.predict(data.data), model.predict(data.data)))
seen["signature"] = [column.name for column in loaded.metadata.get_input_schema().inputs]

with mlflow.start_run(run_name="search") as search:
    GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0]}, cv=3).fit(data.data, data.target)
children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{search.info.run_id}'", output_format="list")
seen["tried"] = sorted(child.data.params["C"] for child in children)
seen["best"] = client.get_run(search.info.run_id).data.params["best_C"] in seen["tried"]

with mlflow.start_run(run_name="evaluated") as run:
    mlflow.log_input(mlflow.data.from_pandas(data.data, name="iris"), context="evaluation")
    mlflow.sklearn.log_model(model, name="model", registered_model_name="iris")
seen["versions"] = sorted(int(each.version) for each in client.search_model_versions("name = 'iris'"))
seen["named input"] = client.get_run(run.info.run_id).inputs.dataset_inputs[0].dataset.name
print(json.dumps(seen))
