"""Searches runs with every operator of the grammar on every kind of field, and prints who was found as JSON."""

import json

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
experiment = mlflow.set_experiment("searched").experiment_id
mlflow.set_experiment("searched")
ids = {}
for index, name in enumerate(["ant", "Bee", "cat"]):
    with mlflow.start_run(run_name=name) as run:
        ids[name] = run.info.run_id
        mlflow.log_metric("m", index)
        mlflow.log_metric("with space", -index)
        mlflow.log_param("p", f"v{index}")
        mlflow.set_tag("team", "Red" if index else "blue")
        if index:
            mlflow.set_tag("extra", "yes")
        data = mlflow.entities.Dataset(name=f"d{index}", digest=f"x{index}", source_type="local", source="{}")
        tags = [mlflow.entities.InputTag("mlflow.data.context", "train")]
        client.log_inputs(run.info.run_id, [mlflow.entities.DatasetInput(data, tags)])
client.set_terminated(ids["cat"], "FAILED")

start = client.get_run(ids["Bee"]).info.start_time
FILTERS = [
    "metrics.m = 1", "metrics.m != 1", "metrics.m < 1", "metrics.m <= 1", "metrics.m > 1", "metrics.m >= 1",
    "metrics.`with space` < -0.5", 'metric."m" = 2',
    "params.p = 'v1'", "params.p != 'v1'", "params.p LIKE 'v%'", "params.p ILIKE 'V1'", "parameter.p = \"v0\"",
    "tags.team = 'Red'", "tags.team != 'Red'", "tags.team LIKE 'R%'", "tags.team ILIKE 'r%'", "tag.extra = 'yes'",
    "tags.extra IS NULL", "tags.extra IS NOT NULL", "params.p IS NOT NULL", "params.missing IS NULL",
    "attributes.status = 'FAILED'", "status != 'FAILED'", "run_name LIKE '%e%'", "attributes.run_name ILIKE 'bee'",
    "`run name` = 'ant'", f"run_id IN ('{ids['ant']}', '{ids['cat']}')", f"attributes.run_id NOT IN ('{ids['ant']}')",
    f"run_id = '{ids['Bee']}'", f"start_time >= {start}", f"start_time < {start}", "end_time > 0",
    "artifact_uri LIKE '%artifacts'", "user_id != 'nobody'",
    "dataset.name = 'd1'", "datasets.digest LIKE 'x%'", "dataset.name IN ('d0', 'd2')", "dataset.context = 'train'",
    "metrics.m >= 1 AND tags.team = 'Red' and params.p != 'v2'",
]
found = {}
for text in FILTERS:
    runs = mlflow.search_runs([experiment], filter_string=text, output_format="list")
    found[text.replace(str(start), "START").replace(ids["ant"], "ANT").replace(ids["Bee"], "BEE").replace(ids["cat"], "CAT")] = "".join(
        sorted(run.info.run_name[0] for run in runs)
    )
orders = {}
for order in ["metrics.m DESC", "metrics.m", "tags.team DESC", "tags.extra ASC", "attributes.run_name", "status", "start_time DESC"]:
    runs = mlflow.search_runs([experiment], order_by=[order, "params.p"] if "metrics" in order else [order, "metrics.m"], output_format="list")
    orders[order] = "".join(run.info.run_name[0] for run in runs)
print(json.dumps({"found": found, "orders": orders}))
