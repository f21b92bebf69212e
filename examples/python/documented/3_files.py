response = requests.post(
    "http://127.0.0.1:3000/depositions/<deposition_id>/files",
    data={"access_token": "<access_token>"},
    files=multipart_files,
    timeout=300,
)
