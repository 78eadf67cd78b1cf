"""What is kept in the database and used again, so that whoever reads the database, or a backup of it, cannot use it."""

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unreadable(Exception):
    """It was sealed with another key, or changed."""


def seal(key: str, name: str, words: str) -> str:
    """`name`: what it is; under another it cannot be opened."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + _cipher(key).encrypt(nonce, words.encode(), name.encode())).decode()


def unseal(key: str, name: str, sealed: str) -> str:
    """Raises Unreadable."""
    try:
        whole = base64.b64decode(sealed, validate=True)
        return _cipher(key).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], name.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise Unreadable from None


def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(f"tokens:{key}".encode()).digest())
