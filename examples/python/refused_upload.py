"""Sends 64 MB that the service will refuse, and prints the refusal: a caller sees it, not a broken connection.

    python3 refused_upload.py UPLOAD_URL [ACCESS_TOKEN]
"""

import io
import json
import sys

import requests


def main(url, *token):
    response = requests.post(
        url,
        data={"access_token": token[0]} if token else {},
        files={"file": ("big.bin", io.BytesIO(bytes(64 * 1024 * 1024)))},
        timeout=300,
    )
    print(json.dumps({"status": response.status_code, "code": response.json()["code"]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
