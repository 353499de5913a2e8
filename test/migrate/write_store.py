"""Fills a store of MLflow's own, in the folder this is run in: everything that `slipway mlflow import` has to bring over.

Takes the tracking URI, and prints the ids of what it made as JSON.
"""

import json
import math
import os
import sys
import warnings

os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
warnings.filterwarnings("ignore")

import mlflow
from mlflow import MlflowClient
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.http_dataset_source import HTTPDatasetSource

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2


rain = mlflow.create_experiment("rain", tags={"team": "größe"})
mlflow.set_experiment(experiment_id=rain)

with mlflow.start_run(run_name="outer") as outer:
    mlflow.log_params({"depth": 3, "solver": "adam", "empty": "", "quoted: yes": "'[a]' # no comment"})
    mlflow.set_tags({"note": "first\nsecond line", "unicode": "größe ✓"})
    for step in range(50):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    client.log_metric(outer.info.run_id, "odd/values", math.nan, timestamp=1000, step=0)
    client.log_metric(outer.info.run_id, "odd/values", math.inf, timestamp=1001, step=1)
    client.log_metric(outer.info.run_id, "odd/values", -math.inf, timestamp=1002, step=2)
    client.log_metric(outer.info.run_id, "odd/values", 5e-324, timestamp=1003, step=-3)
    mlflow.log_input(MetaDataset(HTTPDatasetSource("https://example.com/weather.csv"), name="weather"), "training")
    mlflow.log_text("forty-two", "notes/größe.txt")
    mlflow.log_dict({"a": 1}, "config.json")
    with mlflow.start_run(run_name="inner", nested=True) as inner:
        mlflow.log_metric("loss", 0.25)
    logged = mlflow.pyfunc.log_model(
        name="doubler", python_model=Doubler(), registered_model_name="rain", pip_requirements=["mlflow"]
    )

with mlflow.start_run(run_name="failed") as failed:
    mlflow.log_param("depth", 5)
client.set_terminated(failed.info.run_id, "FAILED")

with mlflow.start_run(run_name="gone") as gone:
    mlflow.log_metric("loss", 9)
client.delete_run(gone.info.run_id)

old = mlflow.create_experiment("old")
left = client.create_run(old, run_name="left behind")
client.delete_experiment(old)

client.update_registered_model("rain", "Will it rain?")
client.set_registered_model_tag("rain", "owner", "me")
client.set_model_version_tag("rain", "1", "checked", "yes")
client.update_model_version("rain", "1", "the first")
client.set_registered_model_alias("rain", "champion", "1")
client.create_model_version("rain", f"runs:/{outer.info.run_id}/notes", outer.info.run_id)
client.create_model_version("rain", f"runs:/{outer.info.run_id}/notes", outer.info.run_id)
client.delete_model_version("rain", "2")
client.transition_model_version_stage("rain", "3", "Staging")
client.create_registered_model("empty one", description="no versions")

print(
    json.dumps(
        {
            "outer": outer.info.run_id,
            "inner": inner.info.run_id,
            "failed": failed.info.run_id,
            "gone": gone.info.run_id,
            "left": left.info.run_id,
            "model_id": logged.model_id,
        }
    )
)
