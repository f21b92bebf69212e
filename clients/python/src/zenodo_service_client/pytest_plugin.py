"""Fixtures `mock_zenodo` and `zenodo_service`. Both run as real processes, once for the whole test run.

They start from their npm packages in `node_modules`: of pytest's root folder, of the folder in which pytest was called, or of a
folder above. If they are not installed there, `npx` downloads them. To use other commands, set `mock_zenodo_command` and
`zenodo_service_command` in pytest's configuration, or MOCK_ZENODO_COMMAND and ZENODO_SERVICE_COMMAND in the environment.
Relative paths in these commands are looked up in the same two folders.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from .client import Client

_START_SECONDS = 120
CALLBACK_URL = "http://127.0.0.1:8000/zenodo/callback"
_SETTINGS = frozenset(
    """
    ACCESS_TOKEN_KIND ALLOWED_CALLBACK_URLS API_KEYS CORS_ORIGINS DATABASE_URL DRAIN_SECONDS HOST KEEP_FAILED_HOURS LOG_LEVEL
    MAX_DEPOSITION_BYTES MAX_DEPOSITION_FILES MAX_FILE_BYTES MAX_REQUESTS MAX_TRANSFERS MAX_TRANSFERS_PER_USER
    MAX_UNAUTHENTICATED_BYTES MAX_UPLOAD_BYTES METRICS_PORT NODE_ENV OPERATOR_CONTACT OPERATOR_KEY OPERATOR_PORT PORT
    PRUNE_DRAFTS_AFTER_DAYS PUBLIC_URL STAGING_DIR STAGING_MIN_FREE STAGING_SHARE SYNC_WAIT_SECONDS TOKEN_KEYS
    TRUSTED_PROXIES UPLOAD_ATTEMPTS WEBHOOK_SECRET WEBHOOK_URL ZENODO_BROWSER_URL ZENODO_CLIENT_ID ZENODO_CLIENT_SECRET
    ZENODO_STALL_SECONDS ZENODO_URL
    """.split()
)


class _Process:
    """A command that prints its URL. Its output is kept for the error message if it does not start."""

    def __init__(self, command: "List[str]", says: str, cwd: Path, env: "Mapping[str, str]") -> None:
        self._output: List[str] = []
        self._url: Optional[str] = None
        self._ready = threading.Event()
        self._says = re.compile(says, re.MULTILINE)
        # The npm launcher starts the program as a child, so the process group is ended as a whole.
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**_own_environment(), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self._ready.wait(_START_SECONDS)
        if self._url is None:
            self.stop()
            output = "".join(self._output)
            raise RuntimeError(f"{shlex.join(command)} did not start:\n{output}{_advice(output)}")

    @property
    def url(self) -> str:
        assert self._url is not None
        return self._url

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._output.append(line)
            del self._output[:-200]
            found = self._says.search(line)
            if found and self._url is None:
                self._url = found.group(1)
                self._ready.set()
        self._ready.set()

    def stop(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, sign)
                self._process.wait(30)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


class MockZenodo:
    """A running mock Zenodo."""

    def __init__(self, url: str) -> None:
        self.url = url

    def consent(self, page: str, *, user: Optional[str] = None, allow: bool = True) -> Dict[str, str]:
        """Gives or denies consent as `user`, and returns the query of the redirect to the application."""
        form = {"confirm": "yes" if allow else "no", **({"user": user} if user else {})}
        answer = requests.post(page, data=form, allow_redirects=False, timeout=30)
        location = answer.headers.get("location")
        if location is None:
            raise AssertionError(f"The consent page responded with status {answer.status_code}.")
        query = parse_qs(urlsplit(urljoin(page, location)).query)
        return {name: values[0] for name, values in query.items()}

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """Calls the control API, for example `control("POST", "/faults", {...})`. Its reference is at `/_mock/docs`."""
        answer = requests.request(method, f"{self.url}/_mock{path}", json=json, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self) -> None:
        """Deletes all depositions, files and faults. Ids continue to count, because the service still knows the old ones."""
        self.control("POST", "/reset", {"keepIds": True})


class ZenodoService:
    """A running service in front of a mock Zenodo."""

    def __init__(self, url: str, mock: MockZenodo) -> None:
        self.url = url
        self.mock = mock

    def client(self, container_id: Any = "container", *, user: Optional[str] = None) -> Client:
        """A client that acts on behalf of `user`, who has given consent for the container."""
        client = Client(self.url)
        consent = client.authorize(container_id, CALLBACK_URL)
        back = self.mock.consent(consent.url, user=user)
        client.callback(code=back["code"], state=back["state"], callback_url=CALLBACK_URL)
        return client


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("mock_zenodo_command", "Command that starts the mock Zenodo.", default="")
    parser.addini("zenodo_service_command", "Command that starts the service.", default="")


@pytest.fixture(scope="session")
def mock_zenodo(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockZenodo]:
    """A mock Zenodo with the accounts `mock-user` and `mock-user-2`. Calls to this machine go past a proxy of the environment."""
    process = _Process(
        [*_command(pytestconfig, "mock_zenodo_command", "mock-zenodo"), "--port", "0"],
        r"^(http://\S+)",
        _folder(tmp_path_factory),
        {},
    )
    with pytest.MonkeyPatch.context() as patch:
        around = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        for name in ("no_proxy", "NO_PROXY"):
            patch.setenv(name, f"{around},127.0.0.1" if around else "127.0.0.1")
        yield MockZenodo(process.url)
    process.stop()


@pytest.fixture(scope="session")
def zenodo_service(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, mock_zenodo: MockZenodo
) -> Iterator[ZenodoService]:
    """A service with its own database, connected to `mock_zenodo`."""
    settings = {
        "NODE_ENV": "development",
        "PORT": "0",
        "ZENODO_URL": mock_zenodo.url,
        "ZENODO_CLIENT_ID": "mock-client",
        "ZENODO_CLIENT_SECRET": "mock-secret",
    }
    process = _Process(
        _command(pytestconfig, "zenodo_service_command", "zenodo-service"),
        r"^\s*service\s+(http://\S+)",
        _folder(tmp_path_factory),
        settings,
    )
    yield ZenodoService(process.url, mock_zenodo)
    process.stop()


def _command(config: pytest.Config, name: str, package: str) -> List[str]:
    """The words of a command. It runs in a folder of its own, so paths in it are made absolute."""
    folders = [Path(config.rootpath), Path(config.invocation_params.dir)]
    given = os.environ.get(name.upper()) or str(config.getini(name))
    if given:
        return [_absolute(word, folders) for word in shlex.split(given)]
    for folder in folders:
        for above in (folder, *folder.parents):
            installed = above / "node_modules" / ".bin" / package
            if installed.exists():
                return [str(installed)]
    return ["npx", "--yes", package]


def _absolute(word: str, folders: "List[Path]") -> str:
    """Only what has a slash is a path, as for a shell."""
    found = (folder / word for folder in folders if "/" in word and (folder / word).exists())
    return str(next(found, word))


def _own_environment() -> Dict[str, str]:
    """The environment without settings of the service: they may be those of another one, with a database of its own."""
    return {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in _SETTINGS}


def _advice(output: str) -> str:
    """What to do if the output advises to set DATABASE_URL, which is not passed on."""
    if "set DATABASE_URL" not in output:
        return ""
    return (
        "\nDATABASE_URL of your environment is not passed on to this service."
        "\nIf a package is named above, install it with npm beside zenodo-service."
        "\nOr set ZENODO_SERVICE_COMMAND, for example to `env DATABASE_URL=... node_modules/.bin/zenodo-service`.\n"
    )


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("zenodo", numbered=True)
