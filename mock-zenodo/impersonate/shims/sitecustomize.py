"""Leads connections for Zenodo's names to a mock, also from clients that know nothing of proxies."""

import importlib.machinery
import importlib.util
import json
import os
import socket
import ssl
import sys

_names = frozenset(os.environ.get("MOCK_ZENODO_HOSTS", "").split(",")) - {""}
_ports = json.loads(os.environ.get("MOCK_ZENODO_PORTS") or "{}")
_getaddrinfo = socket.getaddrinfo


def _lead(host, port):
    name = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
    if not isinstance(name, str) or name.rstrip(".").lower() not in _names:
        return host, port
    number = {"https": 443, "http": 80}.get(port, port)
    there = _ports.get(str(number))
    return ("127.0.0.1", number) if there is None else tuple(there)


def getaddrinfo(host, port, *args, **kwargs):
    host, port = _lead(host, port)
    return _getaddrinfo(host, port, *args, **kwargs)


_certificate = os.environ.get("MOCK_ZENODO_TRUSTED", "")
_load_verify_locations = ssl.SSLContext.load_verify_locations


def load_verify_locations(self, *args, **kwargs):
    """Clients with a list of authorities of their own, such as Debian's urllib3, trust the mock too."""
    _load_verify_locations(self, *args, **kwargs)
    _load_verify_locations(self, cafile=_certificate)


if _names:
    socket.getaddrinfo = getaddrinfo
    if os.path.isfile(_certificate):
        ssl.SSLContext.load_verify_locations = load_verify_locations


def _run_next():
    """Python imports one sitecustomize only: the one that this hides runs too."""
    here = os.path.dirname(os.path.abspath(__file__))
    others = [entry for entry in sys.path if os.path.abspath(entry) != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


_run_next()
