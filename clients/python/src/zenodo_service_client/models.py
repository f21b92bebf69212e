"""What the client hands out that is more than the JSON of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Consent:
    """The page at Zenodo where the user gives consent."""

    url: str
    state: str
    """Keep it in the user's session and compare it with the one that the browser brings back."""
    callback_url: str
    expires_at: str


@dataclass(frozen=True)
class Grant:
    """An access token of the service, and the draft that stands for the container."""

    access_token: str
    expires_at: str
    container_id: str
    zenodo_user_id: str
    deposition_id: Optional[int] = None
    deposition_url: Optional[str] = None
    deposition_state: Optional[str] = None
    warnings: "tuple[str, ...]" = ()


@dataclass(frozen=True)
class Progress:
    """How far an upload is. All numbers are bytes, but `rate` (bytes per second) and `seconds_left`."""

    stage: str
    """`sending` until the service has the last byte; then a stage of the service, such as `transferring`."""
    sent: int
    """Bytes that the service has taken."""
    at_zenodo: int
    size: int
    rate: int = 0
    seconds_left: Optional[int] = None
