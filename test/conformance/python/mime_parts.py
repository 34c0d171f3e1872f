"""Parts of MIME documents as Python's email package reads them: JSON list of texts in, list of parts out."""
import email
import email.policy
import json
import sys


def body_of(part):
    if part.get("Content-Transfer-Encoding", "").lower() != "base64":
        return part.get_payload()
    return part.get_payload(decode=True).decode("utf-8")


def parts_of(text):
    message = email.message_from_string(text, policy=email.policy.compat32)
    leaves = [one for one in message.walk() if not one.is_multipart()]
    defects = [type(defect).__name__ for one in message.walk() for defect in one.defects]
    parts = [{"type": one.get_content_type(), "body": body_of(one)} for one in leaves]
    return {"isMultipart": message.is_multipart(), "parts": parts, "defects": defects}


json.dump([parts_of(text) for text in json.load(sys.stdin)], sys.stdout)
