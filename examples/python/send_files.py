"""Sends files to Zenodo on behalf of a user, shows the progress, and reacts to each kind of error.

    python3 send_files.py SERVICE_URL CONTAINER_ID METADATA.json FILE...

Prints the page on which to give consent, and waits until the browser comes back to this machine. The access token is stored in the
file .zenodo-token, so that the next run does not ask for consent. If the service needs an API key, set ZENODO_SERVICE_KEY.
"""

import json
import os
import pathlib
import sys
import time
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, quote, urlsplit

import requests

CALLBACK_PORT = int(os.environ.get("CALLBACK_PORT", "8000"))
CALLBACK_URL = f"http://127.0.0.1:{CALLBACK_PORT}/zenodo/callback"
TOKEN_FILE = pathlib.Path(".zenodo-token")

# After these statuses the same call may succeed later. Every call can be repeated safely.
TEMPORARY = {408, 429, 502, 503, 504, 507}
ATTEMPTS = 6


class Problem(Exception):
    """An error response of the service (RFC 9457)."""

    def __init__(self, status, body):
        super().__init__(body.get("detail", f"the service answered {status}"))
        self.status = status
        self.code = body.get("code")
        self.request_id = body.get("request_id")
        self.faults = body.get("errors", [])
        self.retry_after = body.get("retry_after")
        # Where to send the user, and the state that the browser comes back with.
        self.zenodo_oauth_url = body.get("zenodo_oauth_url")
        self.state = body.get("state")


class Service:
    def __init__(self, url):
        self.url = url.rstrip("/")
        self.token = TOKEN_FILE.read_text() if TOKEN_FILE.exists() else None
        self.session = requests.Session()
        if "ZENODO_SERVICE_KEY" in os.environ:
            self.session.headers["X-API-Key"] = os.environ["ZENODO_SERVICE_KEY"]

    def call(self, method, path, *, file=None, **content):
        """Returns the response as JSON. Repeats the call after temporary errors, and asks for consent again if it has ended."""
        for attempt in range(ATTEMPTS):
            try:
                return self.once(method, path, file, **content)
            except (requests.ConnectionError, requests.Timeout) as error:
                if attempt == ATTEMPTS - 1:
                    raise
                wait, reason = 2**attempt, error
            except Problem as problem:
                if problem.status == 401 and problem.zenodo_oauth_url:
                    self.authorized(consent(problem.zenodo_oauth_url, problem.state))
                    continue
                if problem.status not in TEMPORARY or attempt == ATTEMPTS - 1:
                    raise
                wait, reason = problem.retry_after or 2**attempt, problem
            say(f"{reason} Trying again in {wait} s.")
            time.sleep(wait)
        raise RuntimeError(f"The service asked for consent {ATTEMPTS} times in a row.")

    def once(self, method, path, file, *, headers=None, timeout=60, **content):
        token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        # An open file is sent while it is read. A form would be built in memory first.
        with open(file, "rb") if file else nullcontext() as data:
            response = self.session.request(
                method, self.url + path, headers={**(headers or {}), **token}, timeout=timeout, data=data, **content
            )
        try:
            body = response.json()
        except ValueError:
            body = {}
        if not response.ok:
            raise Problem(response.status_code, body)
        return body

    def authorize(self, container_id):
        body = {"container_id": container_id, "django_callback_url": CALLBACK_URL}
        flow = self.call("POST", "/oauth/authorize", json=body, timeout=(10, 120))
        self.authorized(consent(flow["zenodo_oauth_url"], flow["state"]))

    def authorized(self, returned):
        """Exchanges the code for an access token, and stores it where only this user can read it."""
        self.token = None
        body = {**returned, "django_callback_url": CALLBACK_URL, "create_deposition": False}
        self.token = self.call("POST", "/oauth/callback", json=body, timeout=(10, 120))["access_token"]
        TOKEN_FILE.touch(mode=0o600)
        TOKEN_FILE.write_text(self.token)

    def send(self, deposition_id, path):
        """Sends one file, and shows its progress."""
        name = quote(path.name, safe="")
        upload = self.call(
            "PUT",
            f"/depositions/{deposition_id}/files/{name}",
            file=path,
            headers={"Prefer": "respond-async"},
            timeout=300,
        )
        while upload["state"] in ("running", "stranded"):
            show(path.name, upload["progress"])
            time.sleep(0.5)
            upload = self.call("GET", f"/uploads/{upload['upload_id']}")
        show(path.name, upload["progress"])
        say("")
        if upload["state"] != "done":
            reason = upload["error"] or {"detail": f"the upload is {upload['state']}"}
            raise SystemExit(f"{path.name}: {reason['detail']}")


def consent(page, state):
    """Returns the query that the browser comes back with from `page`. Refuses any other `state`."""
    returned = {}

    class Callback(BaseHTTPRequestHandler):
        def do_GET(self):
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            ours = query.get("state") == state
            if ours:
                returned.update({name: query[name] for name in ("code", "error", "state") if name in query})
            self.send_response(200 if ours else 403)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"You can close this page." if ours else b"This page was not opened by this program.")

        def log_message(self, *_args):
            """Logs nothing, because the address contains the code."""

    with HTTPServer(("127.0.0.1", CALLBACK_PORT), Callback) as server:
        say(f"Open this page and give consent: {page}")
        while not returned:
            server.handle_request()
    return returned


def show(name, progress):
    share = progress["sent"] / progress["size"] if progress["size"] else 0
    bar = "#" * round(share * 30)
    print(f"\r{name} [{bar:<30}] {share:4.0%} {progress['rate'] / 1e6:.1f} MB/s", end="", file=sys.stderr, flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def main(url, container_id, metadata, *paths):
    description = json.loads(pathlib.Path(metadata).read_text())
    service = Service(url)
    if service.token is None:
        service.authorize(container_id)
    try:
        draft = service.call("POST", "/depositions", json={"container_id": container_id})
        for path in map(pathlib.Path, paths):
            service.send(draft["deposition_id"], path)
        described = service.call("POST", f"/depositions/{draft['deposition_id']}/metadata", json=description)
    except Problem as problem:
        # The caller must correct these: each names a field or file as it was sent.
        say(f"{problem.code}: {problem}")
        for fault in problem.faults:
            say(f"  {fault.get('file', fault['field'])}: {fault['message']}")
        if problem.status >= 500:
            say(f"  Tell the operator: request {problem.request_id}")
        return 1
    for warning in described["warnings"]:
        say(warning)
    print(json.dumps({"deposition_id": draft["deposition_id"], "page": described["links"]["zenodo"]}))
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
