"""Sends files by tus 1.0 (https://tus.io): an interrupted transfer resumes where it stopped."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Protocol, Tuple

import requests

from .codes import UploadLocked, UploadOffsetMismatch
from .errors import Unavailable
from .form import LocalFile

# Bytes of one request, of which only a small piece is in memory.
_CHUNK = 256 << 20
_PIECE = 1 << 20


class Send(Protocol):
    """One call of the service. Raises a ServiceError for an error response, and what `requests` raises."""

    def __call__(
        self, method: str, path: str, *, headers: Dict[str, str], data: Any = None, attempts: Optional[int] = None
    ) -> requests.Response: ...


def send_files(
    send: Send,
    draft: str,
    files: "List[LocalFile]",
    archive: str,
    on_sent: Callable[[int], None],
    backoff: Callable[[int], float],
    attempts: int,
) -> "Tuple[str, Dict[str, str]]":
    """Sends all files as one upload. Returns its id, and `md5:` with the MD5 checksum in hex of each file, by its name.

    `draft` is the path of the deposition. A file may fail `attempts` times in a row without progress.
    """
    group = str(uuid.uuid4())
    checksums: Dict[str, str] = {}
    before = 0
    for file in files:
        named = {"filename": file.name.rsplit("/", 1)[-1], "relativePath": file.name, "upload_id": group, "archive": archive}
        headers = _headers({"Upload-Length": str(file.size), "Upload-Metadata": _metadata(named)})
        made = send("POST", f"{draft}/tus", headers=headers)
        path = f"{draft}/tus/{made.headers['Location'].rsplit('/', 1)[-1]}"
        reader = _Reader(file)
        _send_file(send, path, reader, lambda offset, before=before: on_sent(before + offset), backoff, attempts)
        checksums[file.name] = reader.checksum
        before += file.size
    return group, checksums


def _send_file(
    send: Send,
    path: str,
    reader: "_Reader",
    on_sent: Callable[[int], None],
    backoff: Callable[[int], float],
    attempts: int,
) -> None:
    offset = 0
    failures = 0
    while offset < reader.file.size:
        before = offset
        try:
            headers = _headers({"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})
            answer = send("PATCH", path, headers=headers, data=_Chunk(reader, offset, on_sent), attempts=1)
            offset = int(answer.headers["Upload-Offset"])
        except (requests.ConnectionError, requests.Timeout, Unavailable, UploadOffsetMismatch, UploadLocked) as error:
            failures += 1
            if failures >= attempts:
                raise
            asked = getattr(error, "retry_after", None)
            time.sleep(backoff(failures) if asked is None else asked)
            offset = int(send("HEAD", path, headers=_headers({})).headers["Upload-Offset"])
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


class _Chunk:
    """The body of one request. `len()` is its length in bytes, so that the request has a Content-Length."""

    def __init__(self, reader: _Reader, offset: int, on_sent: Callable[[int], None]) -> None:
        self._reader = reader
        self._offset = offset
        self._on_sent = on_sent
        self._length = min(_CHUNK, reader.file.size - offset)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        sent = self._offset
        for piece in self._reader.pieces(self._offset, self._length):
            yield piece
            sent += len(piece)
            self._on_sent(sent)


def _headers(more: Mapping[str, str]) -> Dict[str, str]:
    return {"Tus-Resumable": "1.0.0", **more}


def _metadata(values: Mapping[str, str]) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())
