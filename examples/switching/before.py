"""Views of an application that talks to Zenodo itself."""

import os
import secrets

import requests
from django.http import HttpResponseForbidden, HttpResponseRedirect, JsonResponse

ZENODO = os.environ["ZENODO_URL"]
CALLBACK_URL = os.environ["CALLBACK_URL"]


def connect(request, container_id):
    request.session["zenodo_state"] = secrets.token_urlsafe(32)
    request.session["container_id"] = container_id
    query = {
        "response_type": "code",
        "client_id": os.environ["ZENODO_CLIENT_ID"],
        "scope": "deposit:write deposit:actions",
        "redirect_uri": CALLBACK_URL,
        "state": request.session["zenodo_state"],
    }
    url = requests.Request("GET", f"{ZENODO}/oauth/authorize", params=query).prepare().url
    return HttpResponseRedirect(url)


def callback(request):
    if request.GET.get("state") != request.session.pop("zenodo_state", None):
        return HttpResponseForbidden("This is not the authorization that was begun here.")
    answer = requests.post(
        f"{ZENODO}/oauth/token",
        data={
            "client_id": os.environ["ZENODO_CLIENT_ID"],
            "client_secret": os.environ["ZENODO_CLIENT_SECRET"],
            "grant_type": "authorization_code",
            "code": request.GET["code"],
            "redirect_uri": CALLBACK_URL,
        },
        timeout=60,
    )
    answer.raise_for_status()
    request.session["access_token"] = answer.json()["access_token"]
    draft = requests.post(
        f"{ZENODO}/api/deposit/depositions",
        json={},
        headers={"Authorization": f"Bearer {request.session['access_token']}"},
        timeout=60,
    )
    draft.raise_for_status()
    request.session["deposition_id"] = draft.json()["id"]
    return JsonResponse({"deposition_id": draft.json()["id"]})


def upload(request, name, content):
    headers = {"Authorization": f"Bearer {request.session['access_token']}"}
    deposition = f"{ZENODO}/api/deposit/depositions/{request.session['deposition_id']}"
    bucket = requests.get(deposition, headers=headers, timeout=60).json()["links"]["bucket"]
    answer = requests.put(f"{bucket}/{name}", data=content, headers=headers, timeout=300)
    answer.raise_for_status()
    return JsonResponse({"checksum": answer.json()["checksum"]})
