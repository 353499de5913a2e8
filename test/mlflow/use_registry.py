"""Registers, names, moves, finds and loads models with the stock MLflow client, and prints what it saw as JSON."""

import json
import os
import tempfile

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
seen = {}
mlflow.set_experiment("registry from python")

with mlflow.start_run(run_name="maker") as run:
    model = mlflow.initialize_logged_model(name="net", source_run_id=run.info.run_id, params={"depth": "3"})
    with tempfile.TemporaryDirectory() as folder:
        for name in ["MLmodel", "weights.txt"]:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(name)
        client.log_model_artifacts(model.model_id, folder)
    mlflow.finalize_logged_model(model.model_id, "READY")

first = mlflow.register_model(f"models:/{model.model_id}", "rain from python", tags={"origin": "test"})
second = mlflow.register_model(f"models:/{model.model_id}", "rain from python")
seen["versions"] = [first.version, second.version]
seen["run"] = first.run_id == run.info.run_id
client.set_registered_model_alias("rain from python", "champion", "1")
client.update_registered_model("rain from python", description="will it rain?")
client.update_model_version("rain from python", "1", description="the first")
client.set_model_version_tag("rain from python", "1", "checked", "yes")
client.set_registered_model_tag("rain from python", "team", "weather")
client.transition_model_version_stage("rain from python", "2", "Production")

champion = client.get_model_version_by_alias("rain from python", "champion")
seen["champion"] = [champion.version, champion.description, champion.tags, list(champion.aliases)]
registered = client.get_registered_model("rain from python")
seen["model"] = [registered.description, registered.tags, registered.aliases]
seen["latest"] = [
    [version.version, version.current_stage]
    for version in sorted(registered.latest_versions, key=lambda version: int(version.version))
]
folder = mlflow.artifacts.download_artifacts("models:/rain from python@champion")
seen["files"] = sorted(name for name in os.listdir(folder) if name != "registered_model_meta")
folder = mlflow.artifacts.download_artifacts("models:/rain from python/Production")
with open(os.path.join(folder, "weights.txt"), encoding="utf-8") as file:
    seen["weights"] = file.read()

seen["search versions"] = [
    version.version for version in client.search_model_versions("name = 'rain from python' and tags.checked = 'yes'")
]
seen["search models"] = [
    each.name for each in client.search_registered_models("name ILIKE 'RAIN%' and tags.team = 'weather'")
]
copied = client.copy_model_version("models:/rain from python@champion", "copied")
seen["copied"] = [copied.name, copied.version, copied.run_id == run.info.run_id]
client.rename_registered_model("copied", "renamed")
client.delete_model_version("rain from python", "2")
client.delete_registered_model_alias("rain from python", "champion")
client.delete_registered_model("renamed")
seen["left"] = [
    [each.name, [version.version for version in each.latest_versions], each.aliases]
    for each in client.search_registered_models()
]
try:
    client.get_model_version("rain from python", "2")
except mlflow.exceptions.MlflowException as error:
    seen["deleted"] = [error.error_code, error.message]
print(json.dumps(seen))
