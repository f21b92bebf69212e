"""Verifies the signature of an event, as https://www.standardwebhooks.com describes it."""

import base64
import hashlib
import hmac
import json
import time

# How long a signature is valid, in seconds: an attacker may have recorded an older message.
TOLERANCE = 300


class Forged(Exception):
    """The service did not send this message, or it is too old."""


def verified(body, headers, secret):
    """The event in `body`, the raw bytes. Raises Forged unless it was signed with `secret` within the last minutes."""
    sent_at = headers.get("webhook-timestamp", "")
    if not secret or not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERANCE:
        raise Forged
    key = base64.b64decode(secret.partition("whsec_")[2])
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # There are several while the secret is being replaced.
    given = headers.get("webhook-signature", "").encode().split()
    if not any([hmac.compare_digest(one, expected) for one in given]):
        raise Forged
    return json.loads(body)
