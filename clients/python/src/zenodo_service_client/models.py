"""Results of the client that are more than the JSON of a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Consent:
    """The page at Zenodo where the user gives consent."""

    url: str
    state: str
    """Keep it in the user's session, and compare it with the one that the browser returns with."""
    callback_url: str
    expires_at: str


@dataclass(frozen=True)
class Grant:
    """An access token of the service, and the deposition of the container."""

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
    """Progress of an upload. All numbers are bytes, except `rate` (bytes per second) and `seconds_left`."""

    stage: str
    """`sending` until the service has the last byte, then a stage of the service, such as `transferring`."""
    sent: int
    """Bytes that the service has received."""
    at_zenodo: int
    size: int
    rate: int = 0
    seconds_left: Optional[int] = None
