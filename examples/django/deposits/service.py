"""The calls of the service that this site makes, and what their problems mean to it."""

import requests
from django.conf import settings

# After these the same call may succeed later; every call may be repeated.
PASSING = {408, 429, 502, 503, 504, 507}


class Problem(Exception):
    """An answer that is not a success, or none at all."""

    def __init__(self, status, body):
        super().__init__(body.get("detail", f"The service answered {status}."))
        self.status = status
        self.code = body.get("code", "")
        self.request_id = body.get("request_id", "")
        self.faults = [(fault.get("file", fault["field"]), fault["message"]) for fault in body.get("errors", [])]
        self.retry_after = body.get("retry_after", 5)
        self.passes = status in PASSING or status is None
        # With a page to send the user to, they can put it right; without, the token was never good.
        self.needs_consent = status == 401 and "zenodo_oauth_url" in body


def authorize(container, callback_url):
    body = {"container_id": container.pk, "django_callback_url": callback_url}
    return call("POST", "/oauth/authorize", json=body, timeout=(10, 120))


def callback(returned, callback_url):
    """`returned`: what the browser brought back, `code` and `state` or `error` and `state`."""
    body = {**returned, "django_callback_url": callback_url}
    return call("POST", "/oauth/callback", json=body, timeout=(10, 120))


def send_files(deposition_id, access_token, files):
    """`files`: pairs of name and open file. Answers as soon as all bytes are there; see `upload`."""
    return call(
        "POST",
        f"/depositions/{deposition_id}/files",
        data={"access_token": access_token},
        files=[("files", named) for named in files],
        headers={"Prefer": "respond-async"},
        timeout=300,
    )


def upload(upload_id, access_token):
    return call("GET", f"/uploads/{upload_id}", access_token=access_token)


def describe(deposition_id, access_token, metadata):
    return call("POST", f"/depositions/{deposition_id}/metadata", json={**metadata, "access_token": access_token})


def call(method, path, *, access_token=None, headers=None, timeout=60, **content):
    """The answer of the service as JSON. Throws Problem."""
    sent = {**(headers or {})}
    if settings.ZENODO_SERVICE_KEY:
        sent["X-API-Key"] = settings.ZENODO_SERVICE_KEY
    if access_token:
        sent["Authorization"] = f"Bearer {access_token}"
    url = settings.ZENODO_SERVICE_URL.rstrip("/") + path
    try:
        response = requests.request(method, url, headers=sent, timeout=timeout, **content)
    except requests.RequestException as error:
        raise Problem(None, {"detail": "The service cannot be reached."}) from error
    try:
        body = response.json()
    except ValueError:
        body = {}
    if response.ok:
        return body
    raise Problem(response.status_code, body)
