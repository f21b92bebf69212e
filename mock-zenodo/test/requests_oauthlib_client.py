"""An ordinary client built on requests-oauthlib: authorize, consent, token, refresh, API. Prints what it saw as JSON."""

import json
import sys

import requests
from requests_oauthlib import OAuth2Session

base = sys.argv[1]
client_id, client_secret = "mock-client", "mock-secret"
session = OAuth2Session(
    client_id,
    redirect_uri="http://localhost:8765/callback",
    scope=["deposit:write", "deposit:actions", "user:email"],
)
seen = {}

url, state = session.authorization_url(base + "/oauth/authorize")
page = requests.get(url)
seen["page"] = [page.status_code, "Mock client" in page.text]
approved = requests.post(url, data={"confirm": "yes"}, allow_redirects=False)

token = session.fetch_token(
    base + "/oauth/token",
    authorization_response=approved.headers["Location"],
    client_secret=client_secret,
    include_client_id=True,
)
seen["token"] = sorted(token)
seen["user"] = token["user"]
seen["ping"] = session.get(base + "/oauth/ping").json()

draft = session.post(base + "/api/deposit/depositions", json={})
seen["draft"] = [draft.status_code, draft.json()["state"]]

fresh = session.refresh_token(
    base + "/oauth/token",
    refresh_token=token["refresh_token"],
    client_id=client_id,
    client_secret=client_secret,
)
seen["rotated"] = [fresh[name] != token[name] for name in ("access_token", "refresh_token")]
seen["draft_after_refresh"] = session.get(draft.json()["links"]["self"]).json()["id"] == draft.json()["id"]

old = {"Authorization": "Bearer " + token["access_token"]}
seen["old_token"] = requests.get(draft.json()["links"]["self"], headers=old).status_code

jar = OAuth2Session(client_id, token={"access_token": "dead", "token_type": "Bearer"})
first = jar.post(base + "/api/deposit/depositions", json={})
second = jar.post(base + "/api/deposit/depositions", json={})
seen["cookie_jar"] = [first.status_code, second.status_code, second.json().get("message")]

print(json.dumps(seen))
