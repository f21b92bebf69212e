"""The calls to the service, and what its errors mean for this site."""

import requests
from django.conf import settings

# After these statuses, the same call may succeed later. Every call can be repeated safely.
PASSING = {408, 429, 502, 503, 504, 507}


class Problem(Exception):
    """An error response, or no response at all."""

    def __init__(self, status, body):
        # `user_message` is for the person at the browser, `detail` for programmers.
        super().__init__(body.get("user_message") or body.get("detail") or f"The service answered {status}.")
        self.status = status
        self.code = body.get("code", "")
        self.request_id = body.get("request_id", "")
        self.faults = body.get("errors", [])
        self.passes = status in PASSING or status is None
        # With this URL, the user can authorize again. A 401 without it means that the token was never valid.
        self.consent = body if status == 401 and "zenodo_oauth_url" in body else None


def authorize(container, callback_url):
    """The page where the user gives consent, and the `state` that identifies the flow when they come back."""
    body = {"container_id": container.pk, "django_callback_url": callback_url}
    return call("POST", "/oauth/authorize", json=body, timeout=(10, 120))


def callback(returned, callback_url):
    """Exchanges `returned`, the parameters that the browser came back with: `code` or `error`, and `state`."""
    body = {**returned, "django_callback_url": callback_url}
    return call("POST", "/oauth/callback", json=body, timeout=(10, 120))


def upload_link(deposit, return_url):
    """A link to the upload page of the service. Its `url` contains a secret: send it only to the user's browser."""
    body = {"return_url": return_url, "application_name": settings.SITE_NAME}
    return call("POST", f"/depositions/{deposit.deposition_id}/upload-links", json=body, access_token=deposit.access_token)


def uploads_of(deposit, upload_link_id):
    """The ids of the uploads that a link has brought, oldest first."""
    path = f"/depositions/{deposit.deposition_id}/upload-links/{upload_link_id}"
    return call("GET", path, access_token=deposit.access_token, timeout=10)["upload_ids"]


def upload(deposit, upload_id):
    """The state of an upload."""
    return call("GET", f"/uploads/{upload_id}", access_token=deposit.access_token, timeout=10)


def describe(deposit, metadata):
    return call("POST", f"/depositions/{deposit.deposition_id}/metadata", json=metadata, access_token=deposit.access_token)


def check(deposit):
    """What prevents the publication of the draft in its present state."""
    return call("POST", f"/depositions/{deposit.deposition_id}/check", json={}, access_token=deposit.access_token)


def publish(deposit):
    """Publishes the draft, which cannot be undone. The call can be repeated: a draft is published once."""
    path = f"/depositions/{deposit.deposition_id}/publish"
    return call("POST", path, access_token=deposit.access_token, timeout=(10, 180))


def call(method, path, *, access_token=None, timeout=60, **content):
    """The JSON response of the service. Raises Problem."""
    sent = {"Accept-Language": "en"}
    if settings.ZENODO_SERVICE_KEY:
        sent["X-API-Key"] = settings.ZENODO_SERVICE_KEY
    if access_token:
        sent["Authorization"] = f"Bearer {access_token}"
    url = settings.ZENODO_SERVICE_URL.rstrip("/") + path
    try:
        response = requests.request(method, url, headers=sent, timeout=timeout, **content)
    except requests.RequestException as error:
        raise Problem(None, {"detail": "The service cannot be reached. Try again in a moment."}) from error
    try:
        body = response.json()
    except ValueError:
        body = {}
    if response.ok:
        return body
    raise Problem(response.status_code, body)
