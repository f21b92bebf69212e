"""The client of a zenodo-service."""

from __future__ import annotations

import email.utils
import random
import time
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple, Type, Union
from urllib.parse import quote

import requests

from . import codes
from .errors import BadRequest, Conflict, NeedsConsent, NotAllowed, ServiceError, Unavailable, UploadFailed
from .form import Body, Form, LocalFile, PathLike, collect
from .models import Consent, Grant, Progress
from .resumable import Memory, UploadEnded, send_files

Json = Dict[str, Any]
Id = Union[int, str]
OnProgress = Callable[[Progress], None]

# Seconds to connect, and to wait for a response. An upload call responds within 240 s after its last byte.
_TIMEOUT = (10.0, 120.0)
_UPLOAD_TIMEOUT = (10.0, 300.0)
# The fields of a form that an upload by tus has too.
_TUS_FIELDS = ("sync", "folders", "archive")
# Why an upload of an earlier run cannot be continued: it has ended, or has files that the notes do not name.
_NOT_RESUMABLE = (
    UploadEnded,
    codes.UploadNotFound,
    codes.UploadGone,
    codes.UploadComplete,
    codes.UploadCancelled,
    codes.UploadSuperseded,
    codes.UploadUnfinished,
    codes.DuplicateFileName,
)


class Client:
    """A client of a zenodo-service. With an access token, it acts on behalf of one user.

    Every call raises a `ServiceError` for an error response. The class tells which error it is (`errors`, `codes`). After
    408, 429, 502, 503, 504, 507 or a lost connection, the client repeats the call, up to `attempts` times in total. It waits
    as long as the service asks.

    Proxies and certificates come from the environment, as always with `requests`, or from `session`. A client holds one
    session and one access token, so use one client per thread and user. It can be a context manager, which closes the
    session at its end.
    """

    def __init__(
        self,
        url: str,
        access_token: Optional[str] = None,
        *,
        api_key: Optional[str] = None,
        attempts: int = 6,
        session: Optional[requests.Session] = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.access_token = access_token
        self._attempts = attempts
        self._session = session or requests.Session()
        self._headers = {"X-API-Key": api_key} if api_key else {}

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def close(self) -> None:
        """Closes the connections to the service."""
        self._session.close()

    # Consent

    def authorize(self, container_id: Id, callback_url: str) -> Consent:
        """Starts an authorization. Send the user's browser to `url` of the result."""
        body = {"container_id": container_id, "django_callback_url": callback_url}
        answer = self._call("POST", "/oauth/authorize", json=body)
        return Consent(answer["zenodo_oauth_url"], answer["state"], callback_url, answer["expires_at"])

    def callback(self, *, code: str, state: str, callback_url: str, create_deposition: bool = True) -> Grant:
        """Exchanges the code for an access token, which the client uses from then on.

        First compare `state` with the one in the user's session. A code can only be used once. If the connection is lost before
        the response, this raises `requests.ConnectionError`: it is not known whether the code was used. Start again with
        `authorize`.
        """
        body = {
            "code": code,
            "state": state,
            "django_callback_url": callback_url,
            "create_deposition": create_deposition,
        }
        return self._granted(self._call("POST", "/oauth/callback", json=body, token=False, repeatable=False))

    def refresh(self) -> Grant:
        """Renews the access token. The client uses the new one from then on."""
        return self._granted(self._call("POST", "/oauth/refresh"))

    def disconnect(self) -> Json:
        """Ends the connection to this Zenodo user."""
        return self._call("POST", "/oauth/disconnect")

    # Depositions

    def create(self, container_id: Id) -> Json:
        """Creates the draft of a container, or returns the existing one."""
        return self._call("POST", "/depositions", json={"container_id": container_id})

    def deposition(self, deposition_id: Id) -> Json:
        """Returns a draft or record with its state and files."""
        return self._call("GET", f"/depositions/{deposition_id}")

    def verify(self, deposition_id: Id) -> Json:
        """Checks that the access token works for this deposition. Raises an error if it does not."""
        return self._call("GET", f"/depositions/{deposition_id}/verify")

    def delete(self, deposition_id: Id) -> None:
        """Deletes a draft permanently."""
        self._call("DELETE", f"/depositions/{deposition_id}")

    def metadata(self, deposition_id: Id, fields: Mapping[str, Any]) -> Json:
        """Describes the draft. See docs/rdmc.md for the fields. Check `warnings` and `dropped` of the result."""
        return self._call("POST", f"/depositions/{deposition_id}/metadata", json=dict(fields))

    def check(self, deposition_id: Id, fields: Optional[Mapping[str, Any]] = None) -> Json:
        """Returns everything that would prevent or damage the publication. Changes nothing."""
        return self._call("POST", f"/depositions/{deposition_id}/check", json=dict(fields or {}))

    def publish(self, deposition_id: Id) -> Json:
        """Publishes the draft. This cannot be undone."""
        return self._call("POST", f"/depositions/{deposition_id}/publish", json={})

    def new_version(self, deposition_id: Id) -> Json:
        """Creates the draft of a new version of a published record, or returns the existing one."""
        return self._call("POST", f"/depositions/{deposition_id}/versions", json={})

    def reserve_doi(self, deposition_id: Id) -> Json:
        """Reserves the DOI that the draft will be published under, so that files can contain it."""
        return self._call("POST", f"/depositions/{deposition_id}/doi", json={})

    # Files

    def files(self, deposition_id: Id) -> List[Json]:
        """Lists the files of a draft or record."""
        answer = self._call("GET", f"/depositions/{deposition_id}/files")
        return list(answer["files"])

    def delete_file(self, deposition_id: Id, name: str) -> None:
        """Removes a file from a draft."""
        self._call("DELETE", f"/depositions/{deposition_id}/files/{quote(name, safe='')}")

    def upload(
        self,
        deposition_id: Id,
        *paths: PathLike,
        wait: bool = True,
        resumable: Union[bool, PathLike] = False,
        on_progress: Optional[OnProgress] = None,
        timeout: Optional[float] = None,
        **fields: Union[str, bool],
    ) -> Json:
        """Sends files and folders, and waits until all of them are at Zenodo.

        A folder becomes one zip; a single folder that all files share counts as the container itself, but not with
        `resumable`. Links are followed. Files are read while they are sent. `fields` are further fields of the form:
        `sync=True` removes all other files from the draft; `folders` and `archive` say what becomes of folders. With
        `wait=False`, the upload may still be running; pass the result to `wait_for`. With `resumable=True`, files are sent by
        tus: an interrupted transfer resumes where it stopped. If `resumable` is the path of a file, the client notes there how
        far it is. After the program was stopped, the same call with the same path resumes the upload, for 24 hours; with a
        warning, what has changed since is sent anew. `timeout` limits the waiting, in seconds. Raises UploadFailed,
        NeedsConsent if the user must give consent again before the upload continues, TimeoutError, OSError if a file cannot be
        read or changes while it is sent, ValueError if there is nothing to send or the file for the notes contains something
        else, and TypeError for a field that is not text or bool.
        """
        texts = _texts(fields, _TUS_FIELDS if resumable else None)
        notes = None if isinstance(resumable, bool) else Path(resumable)
        local = collect(paths, left_out=notes)
        total = sum(file.size for file in local)
        form: Optional[Form] = None
        checksums: Dict[str, str] = {}

        def sending(sent: int) -> None:
            if on_progress:
                on_progress(Progress("sending", sent, 0, total))

        def body() -> Form:
            nonlocal form
            form = Form(local, texts, sending)
            return form

        if resumable:
            answer, checksums = self._send_by_tus(deposition_id, local, texts, sending, notes)
        else:
            headers = {"Prefer": "respond-async"}
            answer = self._call(
                "POST", f"/depositions/{deposition_id}/files", body=body, headers=headers, timeout=_UPLOAD_TIMEOUT
            )
            checksums = form.checksums if form is not None else {}
        if wait:
            answer = self.wait_for(answer, on_progress=on_progress, timeout=timeout)
            _compare(answer, checksums)
        return answer

    def _send_by_tus(
        self,
        deposition_id: Id,
        files: List[LocalFile],
        fields: Mapping[str, str],
        on_sent: Callable[[int], None],
        notes: Optional[Path],
    ) -> Tuple[Json, Dict[str, str]]:
        draft = f"/depositions/{deposition_id}"
        archive = fields.get("archive", "zip")
        wishes: Json = {"sync": fields.get("sync", "false").lower() in ("true", "1", "yes", "on")}
        if "folders" in fields:
            wishes["folders"] = fields["folders"]
        memory = Memory(draft, notes)
        known = (self._send, draft, files, archive, on_sent, _backoff, self._attempts, memory)

        def send_all() -> Tuple[Json, Dict[str, str]]:
            checksums = send_files(*known)
            return self._call("POST", f"{draft}/tus/{memory.upload_id}/complete", json=wishes), checksums

        try:
            sent = send_all()
        except _NOT_RESUMABLE as error:
            if not memory.resumed:
                raise
            self._begin_anew(memory, error)
            sent = send_all()
        memory.forget()
        return sent

    def _begin_anew(self, memory: Memory, error: Exception) -> None:
        """Ends an upload of an earlier run, so that its names are free."""
        warnings.warn(f"The upload of an earlier run cannot be resumed, so all files are sent anew. {error}", RuntimeWarning, stacklevel=5)
        try:
            self.cancel(memory.upload_id)
        except (NotAllowed, BadRequest, Conflict):
            pass
        memory.forget()

    def uploads(self, upload_id: str) -> Json:
        """Returns the state of an upload."""
        return self._call("GET", f"/uploads/{upload_id}")

    def cancel(self, upload_id: str) -> Json:
        """Cancels an upload. Files that are already at Zenodo stay there."""
        return self._call("DELETE", f"/uploads/{upload_id}")

    def wait_for(
        self,
        upload: Union[str, Json],
        *,
        on_progress: Optional[OnProgress] = None,
        timeout: Optional[float] = None,
    ) -> Json:
        """Waits until an upload is done, and returns it.

        Raises UploadFailed, NeedsConsent if the user must give consent again before the upload continues, or TimeoutError
        after `timeout` seconds. Without `timeout` it waits without end for an upload that is stranded.
        """
        ends = None if timeout is None else time.monotonic() + timeout
        current = self.uploads(upload) if isinstance(upload, str) else upload
        for pause in _pauses():
            if on_progress:
                on_progress(_progress(current))
            if current["state"] == "done":
                return current
            if current["state"] in ("failed", "cancelled"):
                raise _failure(current)
            if current["state"] == "waiting_for_authorization":
                raise _parked(current)
            if ends is not None and time.monotonic() + pause > ends:
                raise TimeoutError(f"The upload {current['upload_id']} is not done after {timeout} s. It continues in the background.")
            time.sleep(pause)
            current = self.uploads(current["upload_id"])
        raise AssertionError("unreachable")

    # How calls are made

    def _granted(self, answer: Json) -> Grant:
        self.access_token = answer["access_token"]
        return Grant(
            access_token=answer["access_token"],
            expires_at=answer["expires_at"],
            container_id=answer["container_id"],
            zenodo_user_id=answer["zenodo_user_id"],
            deposition_id=answer.get("deposition_id"),
            deposition_url=answer.get("deposition_url"),
            deposition_state=answer.get("deposition_state"),
            warnings=tuple(answer["warnings"]),
        )

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Optional[Json] = None,
        body: Optional[Callable[[], Form]] = None,
        headers: Optional[Dict[str, str]] = None,
        token: bool = True,
        timeout: Tuple[float, float] = _TIMEOUT,
        repeatable: bool = True,
    ) -> Json:
        response = self._send(
            method, path, json=json, body=body, headers=headers, token=token, timeout=timeout, repeatable=repeatable
        )
        answer: Json = response.json() if response.content else {}
        return answer

    def _send(
        self,
        method: str,
        path: str,
        *,
        json: Optional[Json] = None,
        body: Optional[Callable[[], Form]] = None,
        data: Optional[Body] = None,
        headers: Optional[Dict[str, str]] = None,
        token: bool = True,
        timeout: Tuple[float, float] = _UPLOAD_TIMEOUT,
        attempts: Optional[int] = None,
        repeatable: bool = True,
    ) -> requests.Response:
        """Unless it is `repeatable`, a call is repeated only if it certainly had no effect."""
        most = self._attempts if attempts is None else attempts
        sent = {**self._headers, **(headers or {})}
        if token and self.access_token:
            sent["Authorization"] = f"Bearer {self.access_token}"
        for attempt in range(1, most + 1):
            # The form is read again for each attempt.
            form = body() if body else None
            if form is not None:
                sent["Content-Type"] = form.content_type
            last = attempt == most
            try:
                response = self._session.request(
                    method,
                    self.url + path,
                    json=json,
                    data=data if form is None else form,
                    headers=sent,
                    timeout=timeout,
                    allow_redirects=False,
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                sending = data if form is None else form
                if sending is not None and sending.failure is not None:
                    raise sending.failure from None
                if last or not (repeatable or _never_left(error)):
                    raise
                time.sleep(_backoff(attempt))
                continue
            refusal = _error(response)
            if refusal is None:
                return response
            # Only a proxy in front of the service gives no code. A call that may have had its effect is not repeated.
            known = "code" in refusal.body and refusal.body.get("outcome") != "unknown"
            if last or not isinstance(refusal, Unavailable) or not (repeatable or known):
                raise refusal
            time.sleep(_backoff(attempt) if refusal.retry_after is None else refusal.retry_after)
        raise AssertionError("unreachable")


def _texts(fields: "Mapping[str, Union[str, bool]]", known: "Optional[Tuple[str, ...]]") -> Dict[str, str]:
    """The fields as a form has them. With `known` it has no others."""
    texts: Dict[str, str] = {}
    for name, value in fields.items():
        if known is not None and name not in known:
            raise TypeError(f"{name} cannot be sent with resumable=True, only {', '.join(known)}.")
        if not isinstance(value, (str, bool)):
            raise TypeError(f"{name} must be a text, True or False, and not {type(value).__name__}.")
        texts[name] = value if isinstance(value, str) else str(value).lower()
    return texts


def _error(response: requests.Response) -> Optional[ServiceError]:
    if response.ok and not response.is_redirect:
        return None
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    group = Unavailable if response.status_code in (408, 429, 502, 503, 504, 507) else ServiceError
    kind = codes.BY_CODE.get(str(body.get("code")), group)
    if body.get("zenodo_oauth_url") and not issubclass(kind, NeedsConsent):
        kind = NeedsConsent
    error = kind(response.status_code, body)
    if error.retry_after is None:
        error.retry_after = _seconds(response.headers.get("Retry-After"))
    return error


def _failure(upload: Json) -> UploadFailed:
    """An UploadFailed that is also an instance of the class of its code."""
    code = (upload.get("error") or {}).get("code", codes.UploadCancelled.code)
    kind = codes.BY_CODE.get(code)
    if kind is None:
        return UploadFailed(upload)
    # The class is made here, so that it cannot be found by its name: a pickle makes it again.
    again = {"__reduce__": lambda self: (_failure, (self.upload,))}
    both: Type[UploadFailed] = type(UploadFailed.__name__, (UploadFailed, kind), again)
    return both(upload)


def _parked(upload: Json) -> NeedsConsent:
    """The error for an upload that continues once its user has given consent again."""
    error = codes.ReauthorizationRequired(401, upload.get("error") or {})
    error.upload = dict(upload)
    return error


def _never_left(error: requests.RequestException) -> bool:
    """Whether no connection could be made, so that the service has not seen the call."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or type(reason).__name__ == "NewConnectionError"


def _seconds(text: Optional[str]) -> Optional[float]:
    """The `Retry-After` of a proxy in front of the service, in seconds or as a date."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _compare(upload: Json, sent: Mapping[str, str]) -> None:
    """Compares checksums at Zenodo with those of the files read. The service creates zips, so they have no checksum here.

    The service leaves out a folder that all files share.
    """
    tops = {name.split("/", 1)[0] for name in sent if "/" in name}
    shared = f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in sent) else ""
    for file in upload["files"]:
        ours = sent.get(file["filename"]) or sent.get(shared + file["filename"])
        if ours is not None and file["checksum"] != ours:
            detail = f"{file['filename']} does not have the checksum at Zenodo that it was sent with. Send it again."
            raise _failure({**upload, "error": {"code": "checksum_mismatch", "detail": detail}})


def _progress(upload: Json) -> Progress:
    bar = upload["progress"]
    return Progress(upload["stage"], bar["received"], bar["sent"], bar["size"], bar["rate"], bar["seconds_left"])


def _backoff(attempt: int) -> float:
    return min(60.0, 2.0 ** (attempt - 1)) * random.uniform(0.75, 1.25)


def _pauses() -> Iterator[float]:
    """Seconds between two polls. They start short, because most uploads are."""
    pause = 0.2
    while True:
        yield pause
        pause = min(5.0, pause * 1.3)
