"""Parts of documents as cloud-init walks them, and its schema's verdict on each cloud-config part."""
import json
import logging
import sys

import yaml
from cloudinit import user_data, version
from cloudinit.config import schema

logging.disable(logging.CRITICAL)
known = schema.get_schema()


def faults_of(text):
    try:
        schema.validate_cloudconfig_schema(yaml.safe_load(text), known, strict=True)
        return []
    except schema.SchemaValidationError as error:
        return [str(error)]


def parts_of(text):
    message = user_data.UserDataProcessor(paths=None).process(text)
    parts = []
    for one in message.walk():
        if one.is_multipart():
            continue
        body = one.get_payload(decode=True).decode("utf-8")
        kind = one.get_content_type()
        faults = faults_of(body) if kind == "text/cloud-config" else []
        parts.append({"type": kind, "body": body, "faults": faults})
    return parts


answer = {"version": version.version_string(), "documents": [parts_of(text) for text in json.load(sys.stdin)]}
json.dump(answer, sys.stdout)
