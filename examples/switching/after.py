"""The same views with the service between application and Zenodo."""

import os

import requests
from django.http import HttpResponseForbidden, HttpResponseRedirect, JsonResponse

SERVICE = os.environ["SERVICE_URL"]
CALLBACK_URL = os.environ["CALLBACK_URL"]
KEY = {"X-API-Key": os.environ["SERVICE_KEY"]}


def connect(request, container_id):
    answer = requests.post(
        f"{SERVICE}/oauth/authorize",
        json={"container_id": container_id, "django_callback_url": CALLBACK_URL},
        headers=KEY,
        timeout=120,
    )
    answer.raise_for_status()
    begun = HttpResponseRedirect(answer.json()["zenodo_oauth_url"])
    # One cookie for each: two tabs that begin at once would overwrite each other's entries of the session.
    begun.set_signed_cookie("zenodo_" + answer.json()["state"], "begun", max_age=3600, httponly=True, samesite="Lax")
    return begun


def callback(request):
    if request.get_signed_cookie("zenodo_" + request.GET.get("state", ""), None) is None:
        return HttpResponseForbidden("This is not the authorization that was begun here.")
    answer = requests.post(
        f"{SERVICE}/oauth/callback",
        json={
            "code": request.GET["code"],
            "state": request.GET["state"],
            "django_callback_url": CALLBACK_URL,
        },
        headers=KEY,
        timeout=120,
    )
    if answer.status_code == 400 and answer.json()["code"] == "state_used":
        # A reload, or the back button: the first request keeps what came of it, perhaps in a moment.
        return JsonResponse({"deposition_id": request.session.get("deposition_id")})
    answer.raise_for_status()
    request.session["access_token"] = answer.json()["access_token"]
    request.session["deposition_id"] = answer.json()["deposition_id"]
    return JsonResponse({"deposition_id": answer.json()["deposition_id"]})


def upload(request, name, content):
    headers = {"Authorization": f"Bearer {request.session['access_token']}", **KEY}
    url = f"{SERVICE}/depositions/{request.session['deposition_id']}/files/{name}"
    answer = requests.put(url, data=content, headers=headers, timeout=300)
    answer.raise_for_status()
    return JsonResponse({"checksum": answer.json()["files"][0]["checksum"]})
