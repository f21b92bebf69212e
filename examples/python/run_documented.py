"""Runs the four documented snippets one after the other, with the user's part in between, and prints what came of it.

    python3 run_documented.py SERVICE_URL FILE...

The snippets are used as they stand: only the host and the <placeholders> in them are filled in.
"""

import json
import os
import pathlib
import sys
from urllib.parse import parse_qs, urlsplit

import requests

SNIPPETS = pathlib.Path(__file__).parent / "documented"
CALLBACK_URL = "http://127.0.0.1:8000/zenodo/callback"


def run(name, service, variables, **placeholders):
    code = (SNIPPETS / name).read_text().replace("http://127.0.0.1:3000", service)
    for placeholder, value in placeholders.items():
        code = code.replace(f"<{placeholder}>", str(value))
    scope = {"requests": requests, **variables}
    exec(compile(code, name, "exec"), scope)
    scope["response"].raise_for_status()
    return scope


def consent(zenodo_oauth_url):
    """What the user does at Zenodo: press the button, and be sent back with a code and the state."""
    answer = requests.post(zenodo_oauth_url, data={"confirm": "yes"}, allow_redirects=False, timeout=30)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return query["code"][0], query["state"][0]


def main(service, paths):
    first = run("1_authorize.py", service, {}, container_id=42, callback_url=CALLBACK_URL)
    code, state = consent(first["zenodo_oauth_url"])
    second = run(
        "2_callback.py", service, {}, auth_code=code, returned_state=state, callback_url=CALLBACK_URL
    )
    session = second["response"].json()
    deposition_id = session["deposition_id"]
    multipart_files = [("files", (os.path.basename(path), open(path, "rb"))) for path in paths]
    third = run(
        "3_files.py",
        service,
        {"multipart_files": multipart_files},
        deposition_id=deposition_id,
        access_token=second["access_token"],
    )
    payload = {
        "access_token": second["access_token"],
        "title": "Measurements of radium",
        "description": "What was measured, and how.",
        "contributors": [
            {
                "first_name": "Josiah",
                "last_name": "Carberry",
                "affiliation": "Brown University",
                "orcid": "0000-0002-1825-0097",
                "role": "Author",
            }
        ],
        "keywords": ["radium", "example"],
        "license": "CC-BY-4.0",
    }
    fourth = run("4_metadata.py", service, {"payload": payload}, deposition_id=deposition_id)
    print(
        json.dumps(
            {
                "deposition_id": deposition_id,
                "access_token": second["access_token"],
                "files": third["response"].json()["files"],
                "metadata": fourth["response"].json()["metadata"],
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
