"""Passkeys: what a browser is asked for and what of its answers is believed (https://www.w3.org/TR/webauthn-3/).

The library is imported where it is used: half a second that no start need wait for.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

NAME = "Một Cửa"


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who asks: the address of the pages, as the browser knows it."""

    origin: str

    @property
    def id(self) -> str:
        return urlsplit(self.origin).hostname or ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key as it is kept. `id`: base64url."""

    id: str
    public_key: bytes
    sign_count: int


def to_make(party: Party, challenge: bytes, *, handle: bytes, name: str, has: list[str]) -> str:
    """What a key is to be made of, as JSON. `handle`: what the device knows the person by; `has`: keys they have."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
    from webauthn.helpers import structs

    return options_to_json(
        generate_registration_options(
            rp_id=party.id, rp_name=NAME, user_id=handle, user_name=name, challenge=challenge,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in has],
        )
    )  # fmt: skip


def made(party: Party, challenge: bytes, answer: str) -> Key | None:
    """The key that the browser made; None where what it says is not to be believed."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url, exceptions

    try:
        told = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=party.id, expected_origin=party.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return Key(
        id=bytes_to_base64url(told.credential_id), public_key=told.credential_public_key, sign_count=told.sign_count
    )


def to_show(party: Party, challenge: bytes) -> str:
    """What the browser is to sign with a key that it has, as JSON: the device offers whose it is."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    return options_to_json(
        generate_authentication_options(
            rp_id=party.id, challenge=challenge, user_verification=structs.UserVerificationRequirement.REQUIRED
        )
    )


def shown(party: Party, challenge: bytes, answer: dict[str, Any], key: Key) -> int | None:
    """How often the key was used by now; None where the signature is not this key's, or is a copy's."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import exceptions

    try:
        told = verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=party.id, expected_origin=party.origin,
            credential_public_key=key.public_key, credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return told.new_sign_count
