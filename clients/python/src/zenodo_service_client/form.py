"""A multipart form that reads files while it is sent, so that memory does not grow with their size."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
from pathlib import Path
from typing import BinaryIO, Callable, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple, Union

from .codes import DuplicateFileName

PathLike = Union[str, "os.PathLike[str]"]

_PIECE = 1 << 20
# The service accepts `sizes` of up to 1 MiB. Without them, it learns each size at the end of the file.
_MOST_FIELD = 1_000_000


class LocalFile(NamedTuple):
    """A local file and the name it is sent with. A name with `/` is in a folder."""

    path: Path
    name: str
    size: int


def collect(paths: "Iterable[PathLike]", left_out: Optional[Path] = None) -> List[LocalFile]:
    """The files of `paths` without `left_out`. Files in a folder keep their path from that folder on.

    Links are followed. Raises OSError for what cannot be read, so that nothing is missing unnoticed, ValueError if there is no
    file, and DuplicateFileName if two would have the same name.
    """
    found: List[LocalFile] = []
    for given in paths:
        path = Path(given)
        if not path.is_dir():
            found.append(_local(path, path.name))
            continue
        top = path.resolve().name
        for inside in _inside(path):
            if left_out is None or inside.resolve() != left_out.resolve():
                found.append(_local(inside, f"{top}/{inside.relative_to(path).as_posix()}"))
    if not found:
        raise ValueError("There is no file to send.")
    names: Set[str] = set()
    for file in found:
        if file.name in names:
            detail = f"Two files are named {file.name}. Rename one of them and send all files again."
            raise DuplicateFileName(400, {"detail": detail})
        names.add(file.name)
    return found


def _inside(folder: Path, above: "Tuple[Path, ...]" = ()) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:
        raise OSError(f"{folder} is a link to a folder that contains it.")
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _inside(path, (*above, here))
        else:
            yield path


def _local(path: Path, name: str) -> LocalFile:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"{path} is not a regular file.")
    return LocalFile(path, name, status.st_size)


class Body:
    """A request body that is read while it is sent. `len()` is its length in bytes, so that the request has a Content-Length."""

    failure: "Optional[OSError]" = None
    """Why a file could not be read. The HTTP library only reports a lost connection in that case."""

    def __len__(self) -> int:
        raise NotImplementedError

    def pieces(self) -> Iterator[bytes]:
        raise NotImplementedError

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.pieces()
        except OSError as error:
            self.failure = error
            raise


class Form(Body):
    """The body of an upload."""

    def __init__(
        self,
        files: "List[LocalFile]",
        fields: "Mapping[str, str]",
        on_sent: "Optional[Callable[[int], None]]" = None,
    ) -> None:
        self.boundary = secrets.token_hex(16)
        self.checksums: "dict[str, str]" = {}
        """`md5:` and the MD5 checksum in hex of each file, by the name that was sent."""
        self._on_sent = on_sent
        self._parts: List[Tuple[bytes, Optional[LocalFile]]] = []
        named = dict(fields)
        sizes = json.dumps({file.name: file.size for file in files})
        if len(sizes) <= _MOST_FIELD:
            named["sizes"] = sizes
        for name, value in named.items():
            self._parts.append((self._head(f'name="{name}"') + value.encode() + b"\r\n", None))
        for file in files:
            name = _quote(file.name)
            self._parts.append((self._head(f'name="files"; filename="{name}"', "application/octet-stream"), file))
        self._end = f"--{self.boundary}--\r\n".encode()
        self.size = sum(file.size for file in files)
        self._length = sum(len(head) + (file.size + 2 if file else 0) for head, file in self._parts) + len(self._end)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        return self._length

    def pieces(self) -> Iterator[bytes]:
        sent = 0
        for head, file in self._parts:
            yield head
            if file is None:
                continue
            digest = hashlib.md5()
            with open(file.path, "rb") as data:
                for piece in _exactly(data, file):
                    yield piece
                    digest.update(piece)
                    sent += len(piece)
                    if self._on_sent:
                        self._on_sent(sent)
            self.checksums[file.name] = f"md5:{digest.hexdigest()}"
            yield b"\r\n"
        yield self._end

    def _head(self, disposition: str, content_type: Optional[str] = None) -> bytes:
        lines = [f"--{self.boundary}", f"Content-Disposition: form-data; {disposition}"]
        if content_type:
            lines.append(f"Content-Type: {content_type}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _exactly(data: BinaryIO, file: LocalFile) -> Iterator[bytes]:
    """The announced bytes of a file. Raises OSError if it became shorter, because its length is part of the request."""
    left = file.size
    while left > 0:
        piece = data.read(min(_PIECE, left))
        if not piece:
            raise OSError(f"{file.path} became shorter while it was sent.")
        left -= len(piece)
        yield piece


def _quote(name: str) -> str:
    """Encodes a file name as browsers do (RFC 7578 section 2, WHATWG): only these three characters."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
