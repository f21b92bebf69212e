"""Who sent an event: the signature of https://www.standardwebhooks.com, as the service makes it."""

import base64
import hashlib
import hmac
import json
import time

# Seconds for which a signature is good: older messages may have been recorded by somebody.
TOLERANCE = 300


class Forged(Exception):
    """A message that the service did not send, or not now."""


def verified(body, headers, secret):
    """The event in `body`, bytes as they came. Throws Forged unless it was signed with `secret`, a moment ago."""
    sent_at = headers.get("webhook-timestamp", "")
    if not secret or not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERANCE:
        raise Forged
    key = base64.b64decode(secret.partition("whsec_")[2])
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # Several while the secret is being changed.
    given = headers.get("webhook-signature", "").encode().split()
    if not any([hmac.compare_digest(one, expected) for one in given]):
        raise Forged
    return json.loads(body)
