"""Prints as JSON all that the stock client can say of a tracking store, except locations."""

import json
import os
import re
import sys
import warnings

os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
warnings.filterwarnings("ignore")

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()


def number(value):
    # JSON has neither NaN nor infinity.
    return value if abs(value) < float("inf") else str(value)


def history(run_id, key):
    points = {(point.step, point.timestamp, number(point.value)) for point in client.get_metric_history(run_id, key)}
    return sorted(points, key=str)


def files(run_id, folder=None):
    found = {}
    for item in client.list_artifacts(run_id, folder):
        if item.is_dir:
            found.update(files(run_id, item.path))
        else:
            path = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path=item.path)
            found[item.path] = open(path, encoding="utf-8").read()
    return found


def run_of(run, experiment):
    info, data = run.info, run.data
    return {
        "name": info.run_name,
        "user": info.user_id,
        "status": info.status,
        "start": info.start_time,
        "end": info.end_time,
        # MLflow's kinds of store differ in what they say of the runs of a deleted experiment.
        "deleted": experiment.lifecycle_stage == "deleted" or info.lifecycle_stage == "deleted",
        "params": dict(data.params),
        "tags": dict(data.tags),
        "metrics": {key: history(info.run_id, key) for key in data.metrics},
        "latest": {key: number(value) for key, value in data.metrics.items()},
        "inputs": [
            [each.dataset.name, each.dataset.digest, each.dataset.source, {tag.key: tag.value for tag in each.tags}]
            for each in run.inputs.dataset_inputs
        ],
        "outputs": [[each.model_id, each.step] for each in (run.outputs.model_outputs if run.outputs else [])],
        "files": files(info.run_id) if info.lifecycle_stage == "active" else None,
    }


def version_of(version):
    return {
        "stage": version.current_stage,
        "description": version.description or "",
        "run": version.run_id,
        # MLflow's own server does not say it, and its source does.
        "model": version.model_id or re.fullmatch(r"models:/(m-\w+)|.*", version.source or "", re.DOTALL)[1],
        "created": version.creation_timestamp,
        "tags": dict(version.tags),
        "aliases": sorted(version.aliases),
    }


experiments = client.search_experiments(view_type=ViewType.ALL)
runs = {}
for experiment in experiments:
    for run in client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL):
        runs[run.info.run_id] = run_of(run, experiment)
logged = [each for experiment in experiments for each in client.search_logged_models([experiment.experiment_id])]
print(
    json.dumps(
        {
            "experiments": {
                each.name: [each.lifecycle_stage, dict(each.tags)] for each in experiments if each.name != "Default"
            },
            "runs": runs,
            "models": {
                each.name: [
                    each.description or "",
                    dict(each.tags),
                    {str(key): str(value) for key, value in each.aliases.items()},
                ]
                for each in client.search_registered_models()
            },
            "versions": {
                f"{each.name} {each.version}": version_of(client.get_model_version(each.name, each.version))
                for each in client.search_model_versions()
            },
            "logged models": {
                each.model_id: [each.name, str(each.status), dict(each.params), dict(each.tags), each.source_run_id]
                for each in logged
            },
        },
        sort_keys=True,
    )
)
