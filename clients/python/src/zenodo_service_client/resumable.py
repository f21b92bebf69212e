"""Sends files by tus 1.0 (https://tus.io): an interrupted transfer resumes where it stopped."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
import uuid
import warnings
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Protocol, Tuple

import requests

from .codes import StagedBytesLost, UploadLocked, UploadOffsetMismatch
from .errors import ServiceError, Unavailable
from .form import Body, LocalFile

# Bytes of one request, of which only a small piece is in memory.
_CHUNK = 256 << 20
_PIECE = 1 << 20


class Send(Protocol):
    """One call of the service. Raises a ServiceError for an error response, and what `requests` raises."""

    def __call__(
        self, method: str, path: str, *, headers: Dict[str, str], data: Optional[Body] = None, attempts: Optional[int] = None
    ) -> requests.Response: ...


class Memory:
    """Where the files of an upload are at the service. With a path, another run of the program finds them there."""

    def __init__(self, draft: str, path: Optional[Path] = None) -> None:
        self.upload_id = str(uuid.uuid4())
        self._draft = draft
        self._path = path
        self.resumed = False
        """Whether the upload was begun by an earlier run."""
        self._places: Dict[str, str] = {}
        text = path.read_text() if path is not None and path.exists() else ""
        if not text:
            return
        try:
            kept = json.loads(text)
            if kept["draft"] == draft:
                self.upload_id, self._places, self.resumed = kept["upload_id"], kept["places"], True
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path} does not contain the notes of an upload. Pass a file that may be overwritten.") from None

    def place(self, file: LocalFile) -> Optional[str]:
        """The path of a file at the service, unless it has changed since."""
        return self._places.get(_identity(file))

    def outdated(self, files: "List[LocalFile]") -> List[Tuple[str, str]]:
        """Files that an earlier run has begun, and that have changed since, or are not sent any more: each with its path."""
        current = {_identity(file) for file in files}
        return [(identity, place) for identity, place in self._places.items() if identity not in current]

    def drop(self, identity: str) -> None:
        del self._places[identity]
        self._write()

    def keep(self, file: LocalFile, place: str) -> None:
        self._places[_identity(file)] = place
        self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        kept = {"draft": self._draft, "upload_id": self.upload_id, "places": self._places}
        beside = self._path.with_name(f"{self._path.name}.part")
        beside.write_text(json.dumps(kept))
        os.replace(beside, self._path)

    def forget(self) -> None:
        """The next file begins a new upload."""
        self.upload_id = str(uuid.uuid4())
        self.resumed = False
        self._places = {}
        if self._path is not None and self._path.exists():
            self._path.unlink()


def _identity(file: LocalFile) -> str:
    return f"{file.name} {file.size} {file.path.stat().st_mtime_ns}"


def send_files(
    send: Send,
    draft: str,
    files: "List[LocalFile]",
    archive: str,
    on_sent: Callable[[int], None],
    backoff: Callable[[int], float],
    attempts: int,
    memory: Memory,
) -> Dict[str, str]:
    """Sends all files as one upload. Returns `md5:` with the MD5 checksum in hex of each file, by its name.

    `draft` is the path of the deposition. A file may fail `attempts` times in a row without progress. Raises UploadEnded if
    an upload of an earlier run is no longer there.
    """
    _discard_outdated(send, files, memory)
    checksums: Dict[str, str] = {}
    before = 0
    for file in files:
        reader = _Reader(file)
        place = memory.place(file)
        offset = 0
        if place is None:
            place = _create(send, draft, file, archive, memory.upload_id)
            memory.keep(file, place)
        else:
            try:
                offset = _offset(send, place)
            except ServiceError as error:
                raise _ended_by(error) from error
            reader.skip(offset)

        def sent_of(sent: int, before: int = before) -> None:
            on_sent(before + sent)

        _send_file(send, place, reader, offset, sent_of, backoff, attempts)
        checksums[file.name] = reader.checksum
        before += file.size
    return checksums


class UploadEnded(Exception):
    """The upload of an earlier run has expired, was completed or cancelled."""


def _ended_by(error: ServiceError) -> Exception:
    """The response to HEAD has no body, so only the status tells."""
    return UploadEnded(str(error)) if error.status in (404, 409, 410) else error


def _discard_outdated(send: Send, files: "List[LocalFile]", memory: Memory) -> None:
    for identity, place in memory.outdated(files):
        name = identity.rsplit(" ", 2)[0]
        _warn(f"{name} was begun by an earlier run, and has changed since or is not sent any more. What was sent of it is discarded.")
        try:
            send("DELETE", place, headers=_headers({}))
        except ServiceError as error:
            # It may have gone already, in an earlier run or by a request whose response was lost.
            if error.status not in (404, 410):
                raise _ended_by(error) from error
        memory.drop(identity)


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=2)


def _create(send: Send, draft: str, file: LocalFile, archive: str, upload_id: str) -> str:
    named = {"filename": file.name.rsplit("/", 1)[-1], "relativePath": file.name, "upload_id": upload_id, "archive": archive}
    headers = _headers({"Upload-Length": str(file.size), "Upload-Metadata": _metadata(named)})
    made = send("POST", f"{draft}/tus", headers=headers)
    return f"{draft}/tus/{made.headers['Location'].rsplit('/', 1)[-1]}"


def _offset(send: Send, place: str) -> int:
    return int(send("HEAD", place, headers=_headers({})).headers["Upload-Offset"])


def _send_file(
    send: Send,
    place: str,
    reader: "_Reader",
    offset: int,
    on_sent: Callable[[int], None],
    backoff: Callable[[int], float],
    attempts: int,
) -> None:
    failures = 0
    while offset < reader.file.size:
        before = offset
        try:
            headers = _headers({"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})
            answer = send("PATCH", place, headers=headers, data=_Chunk(reader, offset, on_sent), attempts=1)
            offset = int(answer.headers["Upload-Offset"])
        except (requests.ConnectionError, requests.Timeout, Unavailable, UploadOffsetMismatch, UploadLocked) as error:
            failures += 1
            # What came before is gone, so that the rest is no use.
            if failures >= attempts or isinstance(error, StagedBytesLost):
                raise
            asked = getattr(error, "retry_after", None)
            time.sleep(backoff(failures) if asked is None else asked)
            offset = _offset(send, place)
        if offset > before:
            failures = 0
        on_sent(offset)


class _Reader:
    """A file that is hashed while it is first read. Parts that are read again are not hashed again."""

    def __init__(self, file: LocalFile) -> None:
        self.file = file
        self._md5 = hashlib.md5()
        self._hashed = 0

    @property
    def checksum(self) -> str:
        return f"md5:{self._md5.hexdigest()}"

    def skip(self, offset: int) -> None:
        """Hashes what an earlier run has sent."""
        for _ in self.pieces(0, offset):
            pass

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """Raises OSError if the file became shorter."""
        with open(self.file.path, "rb") as data:
            data.seek(offset)
            while length > 0:
                piece = data.read(min(_PIECE, length))
                if not piece:
                    raise OSError(f"{self.file.path} became shorter while it was sent.")
                if offset <= self._hashed < offset + len(piece):
                    self._md5.update(piece[self._hashed - offset :])
                    self._hashed = offset + len(piece)
                offset += len(piece)
                length -= len(piece)
                yield piece


class _Chunk(Body):
    """The body of one request."""

    def __init__(self, reader: _Reader, offset: int, on_sent: Callable[[int], None]) -> None:
        self._reader = reader
        self._offset = offset
        self._on_sent = on_sent
        self._length = min(_CHUNK, reader.file.size - offset)

    def __len__(self) -> int:
        return self._length

    def pieces(self) -> Iterator[bytes]:
        sent = self._offset
        for piece in self._reader.pieces(self._offset, self._length):
            yield piece
            sent += len(piece)
            self._on_sent(sent)


def _headers(more: Mapping[str, str]) -> Dict[str, str]:
    return {"Tus-Resumable": "1.0.0", **more}


def _metadata(values: Mapping[str, str]) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
