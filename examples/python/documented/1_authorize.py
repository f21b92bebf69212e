response = requests.post(
    "http://127.0.0.1:3000/oauth/authorize",
    json={
        "container_id": "<container_id>",
        "django_callback_url": "<callback_url>",
    },
    timeout=(10, 120),
)
zenodo_oauth_url = response.json()["zenodo_oauth_url"]
