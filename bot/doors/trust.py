"""Whose certificates we believe."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Those of certifi; read once a process, for reading them takes longer than sending a message."""
    return httpx.create_ssl_context()
