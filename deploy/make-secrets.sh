#!/bin/sh
# Creates the secrets for docker-compose.yml in ./secrets, unless they exist. The argument is the client secret from Zenodo's
# page Applications. Prints no secrets.
set -eu
umask 077
mkdir -p secrets
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
make() { [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"; }

make postgres_password "$(random 24 | tr '+/' '-_')"
make database_url "postgresql://zenodo:$(cat secrets/postgres_password)@postgres:5432/zenodo"
make token_keys "k1:$(random 32)"
make api_keys "$(random 24 | tr '+/' '-_')"
make operator_key "$(random 24 | tr '+/' '-_')"
[ $# -eq 0 ] || make zenodo_client_secret "$1"
# Containers read them as another user. The mode of the folder keeps other users out.
chmod 0444 secrets/*
[ -s secrets/zenodo_client_secret ] || echo 'Still to do: write the client secret to secrets/zenodo_client_secret.'
echo 'The key in secrets/operator_key opens the operator’s page.'
echo 'Your application must send the key in secrets/api_keys as X-API-Key. Back up secrets/token_keys separately from the database.'
