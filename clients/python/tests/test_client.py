"""The client against a real service and a mock Zenodo, both processes of their own."""

import base64
import email.utils
import hashlib
import json
import os
import pickle
import subprocess
import sys
import time
import uuid

import pytest
import requests
from zenodo_service_client import Client, NeedsConsent, Progress, UploadFailed, codes, errors
from zenodo_service_client.client import _compare, _failure
from zenodo_service_client.form import collect
from zenodo_service_client.pytest_plugin import CALLBACK_URL, _Process


@pytest.fixture(autouse=True)
def no_faults(zenodo_service):
    yield
    zenodo_service.mock.control("DELETE", "/faults")


@pytest.fixture
def client(zenodo_service, request):
    return zenodo_service.client(request.node.name)


@pytest.fixture
def draft(client, request):
    return client.create(request.node.name)["deposition_id"]


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_a_service_without_a_database_says_what_the_fixture_can_do(tmp_path):
    command = ["echo", "npm could not bring a-package: set DATABASE_URL, or install that package"]
    with pytest.raises(RuntimeError, match="DATABASE_URL of your environment is not passed on"):
        _Process(command, "^never$", tmp_path, {})
    with pytest.raises(RuntimeError, match="did not start:\nanother reason\n$"):
        _Process(["echo", "another reason"], "^never$", tmp_path, {})


def test_from_consent_to_publication(zenodo_service, tmp_path):
    client = Client(zenodo_service.url)
    consent = client.authorize(container_id=42, callback_url=CALLBACK_URL)
    back = zenodo_service.mock.consent(consent.url)
    assert back["state"] == consent.state
    grant = client.callback(code=back["code"], state=back["state"], callback_url=consent.callback_url)
    assert client.access_token == grant.access_token
    assert grant.container_id == "42"
    assert client.verify(grant.deposition_id)["valid"] is True

    write(tmp_path, {"a/one.csv": b"1,2\n", "a/deep/two ü.csv": b"3,4\n", "b/three.csv": b"5\n", "read me.txt": b"hello"})
    seen = []
    upload = client.upload(
        grant.deposition_id, tmp_path / "a", tmp_path / "b", tmp_path / "read me.txt", on_progress=seen.append
    )
    files = {file["filename"]: file for file in upload["files"]}
    assert set(files) == {"a.zip", "b.zip", "read me.txt"}
    assert files["read me.txt"]["checksum"] == f"md5:{hashlib.md5(b'hello').hexdigest()}"
    assert {part["filename"] for part in files["a.zip"]["parts"]} == {"a/one.csv", "a/deep/two ü.csv"}
    assert seen[0].stage == "sending" and seen[-1].stage == "done"
    assert isinstance(seen[-1], Progress) and seen[-1].at_zenodo == seen[-1].size

    described = client.metadata(
        grant.deposition_id,
        {"title": "Measurements", "description": "What was measured.", "license": "CC-BY-4.0",
         "resource_type": "Dataset", "creators": [{"first_name": "Ada", "last_name": "Lovelace"}]},
    )
    assert described["title"] == "Measurements"
    assert client.check(grant.deposition_id)["publishable"] is True
    assert client.publish(grant.deposition_id)["outcome"] == "published"
    with pytest.raises(codes.AlreadyPublished):
        client.upload(grant.deposition_id, tmp_path / "read me.txt")
    assert client.refresh().access_token == client.access_token


def test_errors_are_classes(client, draft, zenodo_service, tmp_path):
    with pytest.raises(codes.InvalidMetadata) as wrong:
        client.metadata(draft, {"title": "Abc", "publication_date": "soon"})
    assert wrong.value.faults[0]["field"] == "publication_date"
    assert wrong.value.request_id
    assert isinstance(wrong.value, errors.BadRequest)
    with pytest.raises(codes.DepositionNotFound):
        client.deposition(99999999)
    with pytest.raises(errors.NotAllowed):
        Client(zenodo_service.url, "made-up").verify(draft)
    with pytest.raises(ValueError):
        client.upload(draft, tmp_path)


def test_a_zenodo_that_fails_is_waited_for(client, draft, zenodo_service, monkeypatch):
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    zenodo_service.mock.control(
        "POST", "/faults", {"method": "GET", "path": f"/api/deposit/depositions/{draft}", "status": 503, "times": 2}
    )
    assert client.deposition(draft)["deposition_id"] == draft
    assert 1 <= len(pauses) <= 2


def test_consent_that_has_ended(client, draft):
    client.disconnect()
    with pytest.raises(NeedsConsent) as ended:
        client.deposition(draft)
    assert ended.value.url and ended.value.state


def test_an_upload_that_fails_says_why(client, draft, zenodo_service, tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(100_000))
    zenodo_service.mock.control("POST", "/faults", {"method": "PUT", "path": "/api/files/**", "throttleRequest": 1000})
    upload = client.upload(draft, path, wait=False)
    client.cancel(upload["upload_id"])
    with pytest.raises(UploadFailed) as ended:
        client.wait_for(upload["upload_id"], timeout=30)
    assert isinstance(ended.value, codes.UploadCancelled) and ended.value.code == "upload_cancelled"


def test_how_an_upload_can_go_on(monkeypatch):
    client = Client("http://unused.example")
    failed = {"state": "failed", "error": {"code": "quota_exceeded", "detail": "The draft is full."}}
    with pytest.raises(codes.QuotaExceeded, match="The draft is full.") as ended:
        client.wait_for(failed)
    assert isinstance(ended.value, UploadFailed) and ended.value.upload == failed
    with pytest.raises(UploadFailed):
        client.wait_for({"state": "failed", "error": {"code": "of_a_newer_service", "detail": "New."}})
    parked = {"state": "waiting_for_authorization", "error": {"code": "reauthorization_required", "detail": "Authorize."}}
    with pytest.raises(NeedsConsent, match="Authorize.") as waits:
        client.wait_for(parked)
    assert not isinstance(waits.value, UploadFailed), "it has not ended"
    later = iter([{"state": "running", "upload_id": "u"}, {"state": "done"}])
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(client, "uploads", lambda upload_id: next(later))
    assert client.wait_for({"state": "stranded", "upload_id": "u"}) == {"state": "done"}


@pytest.mark.parametrize("resumable", [False, True])
def test_a_file_that_shrinks_while_it_is_sent(client, draft, tmp_path, monkeypatch, resumable):
    path = tmp_path / "shrinks.bin"
    path.write_bytes(os.urandom(8 << 20))
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)

    def shrink(progress):
        os.truncate(path, 3 << 20)

    with pytest.raises(OSError, match="became shorter") as failed:
        client.upload(draft, path, on_progress=shrink, resumable=resumable)
    assert not isinstance(failed.value, requests.RequestException)
    assert pauses == [], "it is not sent again"
    assert client.files(draft) == []


def test_a_file_that_vanishes_before_its_turn(client, draft, tmp_path):
    write(tmp_path, {"a.bin": os.urandom(2 << 20), "b.txt": b"b"})

    def remove(progress):
        (tmp_path / "b.txt").unlink(missing_ok=True)

    with pytest.raises(FileNotFoundError):
        client.upload(draft, tmp_path / "a.bin", tmp_path / "b.txt", on_progress=remove)


MEMORY = """
import resource, sys
from zenodo_service_client import Client
client = Client(sys.argv[1], sys.argv[2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
client.upload(int(sys.argv[3]), sys.argv[4], resumable=sys.argv[5] == "True")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("resumable, mebibytes", [(False, 256), (True, 64)])
def test_memory_does_not_grow_with_the_file(client, draft, zenodo_service, tmp_path, resumable, mebibytes):
    path = tmp_path / "large.bin"
    with open(path, "wb") as file:
        file.truncate(mebibytes << 20)
    arguments = [zenodo_service.url, client.access_token, str(draft), str(path), str(resumable)]
    program = [sys.executable, "-c", MEMORY, *arguments]
    grown = int(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    assert grown < 32 * 1024, f"{grown} KiB more than before a file of {mebibytes} MiB"


class Breaking(requests.Session):
    """Loses the connection in the middle of the first body of each file, and the answer to the second."""

    def __init__(self):
        super().__init__()
        self.offsets = []

    def request(self, method, url, **more):
        if method != "PATCH":
            return super().request(method, url, **more)
        offset = int(more["headers"]["Upload-Offset"])
        self.offsets.append(offset)
        if len(self.offsets) == 1:
            body = more["data"]

            def half():
                for piece in body:
                    yield piece
                    raise requests.ConnectionError("lost")

            return super().request(method, url, **{**more, "data": half()})
        answer = super().request(method, url, **more)
        if len(self.offsets) == 2:
            raise requests.ConnectionError("lost")
        return answer


def test_a_lost_connection_is_taken_up_where_it_ended(zenodo_service, client, draft, tmp_path):
    content = os.urandom(3_500_000)
    write(tmp_path, {"big.bin": content, "folder/a.csv": b"1,2\n", "folder/b.csv": b"", "folder/c/d.csv": b"3"})
    session = Breaking()
    patient = Client(zenodo_service.url, client.access_token, session=session)
    seen = []
    upload = patient.upload(draft, tmp_path / "big.bin", tmp_path / "folder", resumable=True, on_progress=seen.append)
    files = {file["filename"]: file for file in upload["files"]}
    assert set(files) == {"big.bin", "folder.zip"}
    assert files["big.bin"]["checksum"] == f"md5:{hashlib.md5(content).hexdigest()}"
    assert {part["filename"] for part in files["folder.zip"]["parts"]} == {"folder/a.csv", "folder/b.csv", "folder/c/d.csv"}
    assert session.offsets[0] == 0 and session.offsets[1] > 0, "no byte that had come was sent again"
    assert session.offsets[2:] == [0, 0], "nor what came before its answer was lost"
    assert seen[-1].at_zenodo == seen[-1].size


KILLED = """
import os, signal, sys
from zenodo_service_client import Client

def die(progress):
    if progress.sent > 2 << 20:
        os.kill(os.getpid(), signal.SIGKILL)

Client(sys.argv[1], sys.argv[2]).upload(int(sys.argv[3]), *sys.argv[5:], resumable=sys.argv[4], on_progress=die)
"""


def test_another_run_of_the_program_resumes_the_upload(zenodo_service, client, draft, tmp_path):
    content = os.urandom(6 << 20)
    write(tmp_path, {"first.txt": b"first", "big.bin": content})
    notes = tmp_path / "upload.json"
    paths = [tmp_path / "first.txt", tmp_path / "big.bin"]
    arguments = [sys.executable, "-c", KILLED, zenodo_service.url, client.access_token, str(draft), str(notes), *map(str, paths)]
    assert subprocess.run(arguments).returncode == -9
    assert notes.exists()
    session = Breaking()
    session.offsets = [None, None]
    again = Client(zenodo_service.url, client.access_token, session=session)
    upload = again.upload(draft, *paths, resumable=notes)
    assert {file["filename"]: file["checksum"] for file in upload["files"]} == {
        "first.txt": f"md5:{hashlib.md5(b'first').hexdigest()}",
        "big.bin": f"md5:{hashlib.md5(content).hexdigest()}",
    }
    # The service may still be writing what the killed program sent, and then refuses the first rest.
    # That may be its first bytes.
    sent = session.offsets[2:]
    assert sent and sent[-1] > 0 and sent == sorted(sent), "only the rest was sent"
    assert not notes.exists()


def test_notes_of_an_upload_that_has_ended_are_not_used(client, draft, tmp_path):
    write(tmp_path, {"a.txt": b"a"})
    notes = tmp_path / "upload.json"
    stat = (tmp_path / "a.txt").stat()
    place = f"/depositions/{draft}/tus/00000000-0000-4000-8000-000000000000"
    kept = {"draft": f"/depositions/{draft}", "upload_id": str(uuid.uuid4()), "places": {f"a.txt 1 {stat.st_mtime_ns}": place}}
    notes.write_text(json.dumps(kept))
    with pytest.warns(RuntimeWarning, match="sent anew"):
        assert client.upload(draft, tmp_path / "a.txt", resumable=notes)["state"] == "done"


@pytest.mark.parametrize("completed", [False, True])
def test_what_has_changed_since_an_earlier_run_is_sent_anew(zenodo_service, client, draft, tmp_path, completed):
    big = os.urandom(4 << 20)
    write(tmp_path, {"grows.txt": b"first", "missing.txt": b"x", "same.bin": big})
    names = ["grows.txt", "missing.txt", "same.bin"]
    notes = tmp_path / "upload.json"

    class Stopped(Exception):
        pass

    class Stopping(requests.Session):
        """Stops the program before the upload is completed, or right after."""

        def request(self, method, url, **more):
            ends = url.endswith("/complete")
            if ends and not completed:
                raise Stopped
            answer = super().request(method, url, **more)
            if ends:
                raise Stopped
            return answer

    with pytest.raises(Stopped):
        stopped = Client(zenodo_service.url, client.access_token, session=Stopping())
        stopped.upload(draft, *[tmp_path / name for name in names], resumable=notes)
    write(tmp_path, {"grows.txt": b"first and second"})
    os.remove(tmp_path / "missing.txt")
    with pytest.warns(RuntimeWarning, match="sent anew" if completed else "grows.txt was begun by an earlier run"):
        upload = client.upload(draft, tmp_path / "grows.txt", tmp_path / "same.bin", resumable=notes)
    assert upload["state"] == "done"
    assert {file["filename"]: file["checksum"] for file in upload["files"]} == {
        "grows.txt": f"md5:{hashlib.md5(b'first and second').hexdigest()}",
        "same.bin": f"md5:{hashlib.md5(big).hexdigest()}",
    }
    assert not notes.exists()


def test_notes_in_the_folder_that_is_sent_stay_here(client, draft, tmp_path):
    folder = write(tmp_path / "run", {"a.txt": b"a", "notes.json": b""})
    upload = client.upload(draft, folder, resumable=folder / "notes.json")
    assert [(file["filename"], [part["filename"] for part in file["parts"]]) for file in upload["files"]] == [
        ("run.zip", ["run/a.txt"])
    ]
    write(folder, {"notes.json": b'{"name": "a file of mine"}'})
    with pytest.raises(ValueError, match="does not contain the notes of an upload"):
        client.upload(draft, folder, resumable=folder / "notes.json")


def test_what_cannot_be_sent_is_not_left_out(tmp_path):
    folder = write(tmp_path / "run", {"a.txt": b"a"})
    write(tmp_path, {"elsewhere/deep/b.txt": b"bb", "other/run/a.txt": b"c"})
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    assert [(file.name, file.size) for file in collect([folder])] == [("run/a.txt", 1), ("run/link/deep/b.txt", 2)]
    with pytest.raises(codes.DuplicateFileName, match="Two files are named run/a.txt"):
        collect([folder, tmp_path / "other" / "run"])
    for name, target, reason in [("gone", "nowhere", "gone"), ("loop", folder, "a folder that contains it"), ("null", "/dev/null", "regular")]:
        (folder / name).symlink_to(target)
        with pytest.raises(OSError, match=reason):
            collect([folder])
        (folder / name).unlink()


@pytest.mark.parametrize(
    "error",
    [
        codes.InvalidMetadata(400, {"code": "invalid_metadata", "detail": "No title.", "errors": [{"field": "title"}]}),
        errors.NeedsConsent(401, {"zenodo_oauth_url": "http://127.0.0.1/"}),
        _failure({"upload_id": "1", "error": {"code": "quota_exceeded", "detail": "No room."}}),
        _failure({"upload_id": "1", "error": {"code": "of_a_later_release", "detail": "What?"}}),
    ],
)
def test_errors_go_from_one_process_to_another(error):
    again = pickle.loads(pickle.dumps(error))
    assert again.__class__.__mro__[1:] == error.__class__.__mro__[1:]
    assert str(again) == str(error) and vars(again) == vars(error)


def test_a_file_that_the_notes_do_not_name_is_sent_anew(client, draft, tmp_path):
    write(tmp_path, {"a.txt": b"a", "b.txt": b"b, longer"})
    notes = tmp_path / "upload.json"
    upload_id = str(uuid.uuid4())
    metadata = f"filename {base64.b64encode(b'b.txt').decode()},upload_id {base64.b64encode(upload_id.encode()).decode()}"
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Metadata": metadata}
    client._send("POST", f"/depositions/{draft}/tus", headers=headers)
    notes.write_text(json.dumps({"draft": f"/depositions/{draft}", "upload_id": upload_id, "places": {}}))
    with pytest.warns(RuntimeWarning, match="sent anew"):
        upload = client.upload(draft, tmp_path / "a.txt", tmp_path / "b.txt", resumable=notes)
    assert {file["filename"] for file in upload["files"]} == {"a.txt", "b.txt"}


def test_a_code_is_not_sent_twice(zenodo_service, monkeypatch):
    class Lost(requests.Session):
        """Loses the response to each call."""

        calls = 0

        def request(self, method, url, **more):
            self.calls += 1
            super().request(method, url, **more)
            raise requests.ConnectionError("lost")

    monkeypatch.setattr("time.sleep", lambda seconds: None)
    consent = Client(zenodo_service.url).authorize("once", CALLBACK_URL)
    back = zenodo_service.mock.consent(consent.url)
    session = Lost()
    with pytest.raises(requests.ConnectionError):
        Client(zenodo_service.url, session=session).callback(
            code=back["code"], state=back["state"], callback_url=CALLBACK_URL
        )
    assert session.calls == 1
    with pytest.raises(requests.ConnectionError):
        Client("http://127.0.0.1:9", attempts=3).callback(code="c", state="s", callback_url=CALLBACK_URL)


def test_checksums_of_a_folder_that_all_files_share():
    upload = {"upload_id": "u", "state": "done", "files": [{"filename": "a.csv", "checksum": "md5:2"}]}
    _compare(upload, {"folder/a.csv": "md5:2", "folder/b.csv": "md5:3"})
    with pytest.raises(UploadFailed, match="a.csv does not have the checksum"):
        _compare(upload, {"folder/a.csv": "md5:1"})
    _compare(upload, {"folder/a.csv": "md5:1", "b.csv": "md5:3"})


def test_the_end_of_a_client(zenodo_service):
    with Client(zenodo_service.url, "secret", api_key="key") as client:
        assert "secret" not in repr(client) and "key" not in repr(client)
        with pytest.raises(errors.NotAllowed):
            client.deposition(1)


def test_what_is_refused_is_refused_before_its_bytes(client, draft, tmp_path):
    write(tmp_path, {"empty.txt": b""})
    with pytest.raises(codes.EmptyFile):
        client.upload(draft, tmp_path / "empty.txt", resumable=True)


def test_fields_of_the_form(client, draft, tmp_path):
    write(tmp_path, {"a.txt": b"a", "b.txt": b"b", "folder/c.csv": b"c"})
    names = lambda: {file["filename"] for file in client.files(draft)}  # noqa: E731
    client.upload(draft, tmp_path / "a.txt")
    client.upload(draft, tmp_path / "b.txt", sync=False)
    assert names() == {"a.txt", "b.txt"}
    client.upload(draft, tmp_path / "b.txt", tmp_path / "folder", sync=True, archive="never")
    assert names() == {"b.txt", "folder_c.csv"}
    client.upload(draft, tmp_path / "a.txt", sync=True, resumable=True)
    assert names() == {"a.txt"}
    client.upload(draft, tmp_path / "b.txt", sync="true")
    assert names() == {"b.txt"}


@pytest.mark.parametrize("fields", [{"sync": 1}, {"sync": None}, {"folders": ["a"]}, {"sizes": "{}", "resumable": True}])
def test_fields_that_cannot_be_sent(client, draft, tmp_path, fields):
    write(tmp_path, {"a.txt": b"a"})
    with pytest.raises(TypeError, match="must be a text|cannot be sent"):
        client.upload(draft, tmp_path / "a.txt", **fields)
    assert client.files(draft) == []


def test_what_a_proxy_answers_is_waited_for(monkeypatch):
    class Proxy(requests.Session):
        """Refuses twice, with a page and no problem document."""

        calls = 0

        def request(self, method, url, **more):
            self.calls += 1
            answer = requests.Response()
            answer.status_code = 503 if self.calls < 3 else 200
            answer.headers["Retry-After"] = "7" if self.calls == 1 else email.utils.formatdate(time.time() + 60, usegmt=True)
            answer._content = b"<html>" if self.calls < 3 else b'{"deposition_id": 1}'
            return answer

    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    assert Client("http://unused.example", "token", session=Proxy()).deposition(1) == {"deposition_id": 1}
    assert pauses[0] == 7 and 50 < pauses[1] <= 61


def test_a_reset_of_the_mock_does_not_issue_ids_again(zenodo_service, client, draft, request):
    zenodo_service.mock.reset()
    assert zenodo_service.client(request.node.name).create("another")["deposition_id"] > draft
