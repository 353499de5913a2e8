"""Manages webhooks with the stock MLflow client, and prints what it saw. Needs RECEIVER, a URL."""

import json
import os

from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException

client = MlflowClient()
seen = {}

hook = client.create_webhook(
    name="ci",
    url=os.environ["RECEIVER"],
    events=["model_version.created", "model_version_alias.created"],
    description="tells the pipeline",
    secret="the secret of the receiver",
)
seen["created"] = [hook.name, sorted(str(event) for event in hook.events), str(hook.status), hook.description, hook.secret]
seen["got"] = client.get_webhook(hook.webhook_id).url == os.environ["RECEIVER"]
result = client.test_webhook(hook.webhook_id, event="model_version_alias.created")
seen["tested"] = [result.success, result.response_status, result.response_body]

client.create_registered_model("told of")
version = client.create_model_version("told of", "s3://bucket/model", tags={"stage": "new"})
client.set_registered_model_alias("told of", "champion", version.version)

updated = client.update_webhook(hook.webhook_id, status=WebhookStatus.DISABLED, events=[WebhookEvent("registered_model", "created")])
seen["updated"] = [str(updated.status), [str(event) for event in updated.events], updated.description]
seen["listed"] = [each.name for each in client.list_webhooks()]
client.delete_webhook(hook.webhook_id)
try:
    client.get_webhook(hook.webhook_id)
except MlflowException as error:
    seen["deleted"] = error.error_code
try:
    client.create_webhook(name="ci", url="ftp://example.com", events=["model_version.created"])
except MlflowException as error:
    seen["refused"] = error.error_code
print(json.dumps(seen))
