"""One class for each error code of the service.

Catch a class of `codes` to react to one error (`except codes.QuotaExceeded`), a group of this module to react to a kind
(`except errors.Unavailable`), or `ServiceError` for all. `str(error)` is a sentence for developers; `error.code` is for programs.
"""

from __future__ import annotations

from typing import Any, Mapping, Optional


class ServiceError(Exception):
    """An error response of the service (RFC 9457). Base class of all errors here."""

    code: str = "unknown"

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("detail") or f"The service responded with status {status}."))
        self.status = status
        self.code = str(body.get("code") or self.code)
        self.title: Optional[str] = body.get("title")
        self.request_id: Optional[str] = body.get("request_id")
        """Give it to the operator, who finds the cause under it in the log."""
        self.faults: "list[dict[str, str]]" = list(body.get("errors") or [])
        """Which `field` is wrong and why (`message`), with the names that were sent."""
        self.retry_after: Optional[float] = body.get("retry_after")
        """Seconds to wait before a retry."""
        self.user_message: Optional[str] = body.get("user_message")
        self.body = dict(body)

    def __reduce__(self) -> "tuple[Any, ...]":
        """Errors go from one process to another, for example from a worker to its pool."""
        return type(self), (self.status, self.body), self.__dict__


class BadRequest(ServiceError):
    """The request is not valid. Correct it first."""


class NotAllowed(ServiceError):
    """The token, the API key or the user is not allowed to do this."""


class Conflict(ServiceError):
    """The state of the deposition or upload does not allow the call."""


class Unavailable(ServiceError):
    """The same call may succeed later. The client has already repeated it several times."""


class ServerFault(ServiceError):
    """A fault that the operator must fix."""


class NeedsConsent(NotAllowed):
    """The user must give consent at `url`."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(status, body)
        self.url: Optional[str] = body.get("zenodo_oauth_url")
        """Send the user here. If it is None, `authorize` says where to."""
        self.upload: "Optional[dict[str, Any]]" = None
        """The upload that goes on afterwards, if the error is about one."""
        self.state: Optional[str] = body.get("state")


class UploadFailed(ServiceError):
    """The upload ended before all files were at Zenodo. `upload` has the state of each file.

    It is also an instance of the class of its code: `except codes.QuotaExceeded` catches it, too.
    """

    def __init__(self, upload: Mapping[str, Any]) -> None:
        cancelled = {"code": "upload_cancelled", "detail": "The upload was cancelled."}
        super().__init__(502, upload.get("error") or cancelled)
        self.upload = dict(upload)

    def __reduce__(self) -> "tuple[Any, ...]":
        return UploadFailed, (self.upload,)
