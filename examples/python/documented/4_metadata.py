response = requests.post(
    "http://127.0.0.1:3000/depositions/<deposition_id>/metadata",
    json=payload,
    timeout=60,
)
