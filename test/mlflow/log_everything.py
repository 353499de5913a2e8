"""Logs one of everything with the stock MLflow client, reads it back, and prints what it saw as JSON."""

import json
import os
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput

mlflow.set_experiment("from python")
client = MlflowClient()
seen = {}

with mlflow.start_run(run_name="outer", tags={"team": "rain"}) as outer:
    mlflow.log_param("depth", 3)
    mlflow.log_params({"rate": 0.1, "solver": "adam"})
    for step in range(5):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metrics({"accuracy": 0.81, "odd": float("nan")}, step=4)
    mlflow.set_tag("note", "first")
    weather = Dataset(name="weather", digest="abc123", source_type="http", source='{"url": "https://example.org"}')
    tags = [InputTag("mlflow.data.context", "training")]
    client.log_inputs(outer.info.run_id, [DatasetInput(weather, tags)])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "größe.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write("forty-two")
        mlflow.log_artifact(path, artifact_path="notes")
    mlflow.log_dict({"a": 1}, "config/a.json")
    model = mlflow.initialize_logged_model(name="net", source_run_id=outer.info.run_id, model_type="test")
    with tempfile.TemporaryDirectory() as folder:
        for name in ["MLmodel", "model.txt"]:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(name)
        client.log_model_artifacts(model.model_id, folder)
    mlflow.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(outer.info.run_id, [LoggedModelOutput(model.model_id, step=0)])
    with mlflow.start_run(nested=True, run_name="inner") as inner:
        mlflow.log_metric("loss", 0.5)

run = client.get_run(outer.info.run_id)
seen["run_id"] = run.info.run_id
seen["status"] = run.info.status
seen["params"] = run.data.params
seen["metrics"] = {key: value for key, value in run.data.metrics.items() if key != "odd"}
seen["odd"] = str(run.data.metrics["odd"])
seen["note"] = run.data.tags["note"]
seen["inputs"] = [
    [entry.dataset.name, entry.dataset.digest, entry.tags[0].value] for entry in run.inputs.dataset_inputs
]
seen["history"] = [[metric.step, metric.value] for metric in client.get_metric_history(run.info.run_id, "loss")]
seen["root"] = sorted(file.path for file in client.list_artifacts(run.info.run_id))
seen["notes"] = [[file.path, file.file_size] for file in client.list_artifacts(run.info.run_id, "notes")]
notes = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes")
with open(os.path.join(notes, "größe.txt"), encoding="utf-8") as file:
    seen["text"] = file.read()
seen["config"] = mlflow.artifacts.load_dict(run.info.artifact_uri + "/config/a.json")
logged = client.get_logged_model(model.model_id)
seen["logged model"] = {
    "status": str(logged.status),
    "files": sorted(file.path for file in client.list_logged_model_artifacts(model.model_id)),
    "outputs": len(run.outputs.model_outputs),
}
seen["parent"] = client.get_run(inner.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id


def names(**query):
    found = client.search_runs([run.info.experiment_id], **query)
    return [each.info.run_name for each in found]


seen["searches"] = {
    "all": names(order_by=["attributes.start_time ASC"]),
    "metric": names(filter_string="metrics.loss < 0.3"),
    "param": names(filter_string="params.solver = 'adam' and params.depth = '3'"),
    "tag": names(filter_string="tags.team LIKE 'ra%'"),
    "name": names(filter_string="attributes.run_name = 'inner'"),
    "none": names(filter_string="metrics.loss > 0.9"),
    "order": names(order_by=["metrics.loss DESC"]),
    "dataset": names(filter_string="dataset.name = 'weather'"),
}
first = client.search_runs([run.info.experiment_id], max_results=1)
second = client.search_runs([run.info.experiment_id], max_results=1, page_token=first.token)
seen["paged"] = sorted(each.info.run_name for each in [*first, *second])

client.delete_run(inner.info.run_id)
seen["after delete"] = names()
client.restore_run(inner.info.run_id)
seen["after restore"] = sorted(names())
try:
    client.log_param(run.info.run_id, "depth", 4)
except mlflow.exceptions.MlflowException as error:
    seen["changed parameter"] = [error.error_code, str(error)]
try:
    client.get_run("0" * 32)
except mlflow.exceptions.MlflowException as error:
    seen["unknown run"] = [error.error_code, str(error)]
seen["experiments"] = sorted(each.name for each in client.search_experiments())
print(json.dumps(seen))
