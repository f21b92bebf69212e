"""Puts files and metadata on Zenodo on behalf of a user, through a zenodo-service.

    client = Client("https://api.example.org/zenodo")
    consent = client.authorize(container_id=42, callback_url="https://app.example.org/zenodo/callback")
    # … the browser visits consent.url and returns with a code …
    grant = client.callback(code=code, state=state, callback_url=consent.callback_url)
    upload = client.upload(grant.deposition_id, "measurements/", "readme.txt", on_progress=print)
    client.metadata(grant.deposition_id, {"title": "Measurements"})
"""

from . import codes, errors
from .client import Client
from .errors import NeedsConsent, ServiceError, Unavailable, UploadFailed
from .models import Consent, Grant, Progress

__all__ = [
    "Client",
    "Consent",
    "Grant",
    "Progress",
    "NeedsConsent",
    "ServiceError",
    "Unavailable",
    "UploadFailed",
    "codes",
    "errors",
]
__version__ = "0.2.0"
