"""Sends a file of 100 MB up whole and in parts, fetches both, and logs without waiting; prints what it saw as JSON."""

import hashlib
import json
import os
import tempfile

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
seen = {}
mlflow.set_experiment("large")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
    path = os.path.join(folder, "weights.bin")
    block = os.urandom(1024 * 1024)
    with open(path, "wb") as file:
        for number in range(100):
            file.write(number.to_bytes(4, "little") + block[4:])
    sent = digest(path)
    mlflow.log_artifact(path, "whole")
    os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
    os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(20 * 1024 * 1024)
    os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(16 * 1024 * 1024)
    mlflow.log_artifact(path, "parts")
    for place in ["whole", "parts"]:
        fetched = mlflow.artifacts.download_artifacts(
            run_id=run.info.run_id, artifact_path=f"{place}/weights.bin", dst_path=os.path.join(folder, place)
        )
        seen[place] = [client.list_artifacts(run.info.run_id, place)[0].file_size, digest(fetched) == sent]

    mlflow.config.enable_async_logging()
    for step in range(500):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_params({f"p{number}": number for number in range(50)})
    mlflow.set_tag("kind", "asynchronous")
    mlflow.flush_async_logging()
    logged = client.get_run(run.info.run_id)
    history = client.get_metric_history(run.info.run_id, "loss")
    seen["asynchronous"] = [len(history), len(logged.data.params), logged.data.tags["kind"]]
print(json.dumps(seen))
