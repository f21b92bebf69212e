"""One class for each error code of the service.

Catch a class to react to one error (`except errors.QuotaExceeded`), a group to react to a kind (`except errors.Unavailable`), or
`ServiceError` for all. `str(error)` is a sentence for people; `error.code` is for programs.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional


class ServiceError(Exception):
    """The service answered an error (RFC 9457). Every other class here is one of these."""

    code: str = "unknown"

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("detail") or f"The service answered {status}."))
        self.status = status
        self.code = str(body.get("code") or self.code)
        self.title: Optional[str] = body.get("title")
        self.request_id: Optional[str] = body.get("request_id")
        """Name it when you ask the operator: their log has the cause under it."""
        self.faults: "list[dict[str, str]]" = list(body.get("errors") or [])
        """Which `field` is wrong, and why (`message`), in the names that were sent."""
        self.retry_after: Optional[float] = body.get("retry_after")
        """Seconds."""
        self.user_message: Optional[str] = body.get("user_message")
        self.body = dict(body)


class BadRequest(ServiceError):
    """Something that was sent has to be corrected first."""


class NotAllowed(ServiceError):
    """The token, the key or the user is not the right one."""


class Conflict(ServiceError):
    """The call does not fit the state that the deposition or upload is in."""


class Unavailable(ServiceError):
    """The same call may succeed later. The client repeats it by itself for a while."""


class ServerFault(ServiceError):
    """The operator has to look into it."""


class NeedsConsent(NotAllowed):
    """The user must give consent at `url`."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(status, body)
        self.url: Optional[str] = body.get("zenodo_oauth_url")
        """Send the user there, if it is not None."""
        self.state: Optional[str] = body.get("state")


class UploadFailed(ServiceError):
    """The upload ended without all files at Zenodo. `upload` says of each file how far it came."""

    def __init__(self, upload: Mapping[str, Any]) -> None:
        error = upload.get("error") or {"code": upload.get("state"), "detail": f"The upload is {upload.get('state')}."}
        super().__init__(502, error)
        self.upload = dict(upload)
