response = requests.post(
    "http://127.0.0.1:3000/oauth/callback",
    json={
        "code": "<auth_code>",
        "state": "<returned_state>",
        "django_callback_url": "<callback_url>",
    },
    timeout=(10, 120),
)
access_token = response.json()["access_token"]
