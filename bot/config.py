"""Settings from the environment, read once; every mistake in one message."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent
# What the bot writes: systemd names the folder so, and a container gives it a volume.
STATE = Path(os.environ.get("STATE_DIRECTORY") or ROOT / "var")

# Each may stand in a file named by `NAME_FILE` instead: child processes and crash dumps inherit the environment.
SECRETS = (
    "telegram_bot_token", "database_url", "webhook_secret", "server_key", "zalo_bot_token", "zalo_webhook_secret",
    "oidc_client_secret", "zalo_oa_secret", "zalo_oa_webhook_key", "zalo_oa_refresh_token",
)  # fmt: skip
MAX_SECRET = 4096
# To the first @ and to the last: one may stand in the password itself.
PASSWORDS = (re.compile(r"://[^:/@]*:([^@]+)@"), re.compile(r"://[^:/@]*:(.+)@"), re.compile(r"[?&]password=([^&]+)"))

TOKEN_IN_PATH = re.compile(r"/bot\d+(:|%3A)", re.IGNORECASE)
CHAT = re.compile(r"(telegram:)?-?\d{1,20}|zalo(-oa)?:[0-9A-Za-z]{1,64}", re.ASCII)
HttpUrl = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[^\s/]+(/\S*)?$")]


def without_password(url: str) -> str:
    """An address as it may be told. Whatever stands before the last @ may be a password, wherever it was cut."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"


class BadSettings(Exception):
    """Some settings are wrong; the message names every one of them."""


class Settings(BaseSettings):
    """What the operator may set. An empty value counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: HttpUrl = "https://api.telegram.org"
    database_url: SecretStr | None = None
    webhook_url: HttpUrl | None = None
    webhook_secret: SecretStr | None = None
    server_key: SecretStr | None = None
    web: bool = True
    public_url: HttpUrl | None = None
    telegram_bot_name: Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z0-9_]{5,32}$")] | None = None
    telegram_mini_app: Annotated[str, StringConstraints(pattern=r"^https://t\.me/\w+/\w+$")] | None = None
    zalo_link: HttpUrl | None = None
    zalo_bot_token: SecretStr | None = None
    zalo_api_url: HttpUrl = "https://bot-api.zaloplatforms.com"
    zalo_webhook_url: HttpUrl | None = None
    zalo_webhook_secret: SecretStr | None = None
    zalo_monthly: int = Field(3000, ge=1)  # messages that Zalo's plan lets a bot send
    zalo_oa_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,30}$")] | None = None  # an Official Account
    zalo_oa_app_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,30}$")] | None = None
    zalo_oa_secret: SecretStr | None = None  # the app's
    zalo_oa_webhook_key: SecretStr | None = None  # what Zalo signs its posts with
    zalo_oa_webhook_url: HttpUrl | None = None
    zalo_oa_refresh_token: SecretStr | None = None  # to begin with; the next ones are kept in the database
    zalo_oa_api_url: HttpUrl = "https://openapi.zalo.me"
    zalo_oa_oauth_url: HttpUrl = "https://oauth.zaloapp.com"
    oidc_issuer: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None  # a province's own sign-on
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: Annotated[str, StringConstraints(max_length=40)] = "SSO"  # what people there call it
    speech_url: HttpUrl | None = None  # a recogniser of speech on this machine
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)  # 0: any free one
    admin_chat_id: str | None = None
    flood_person_a_minute: int = Field(40, ge=0)
    flood_everyone_a_minute: int = Field(30_000, ge=0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("telegram_bot_token")
    @classmethod
    def _token_form(cls, token: SecretStr | None) -> SecretStr | None:
        number, colon, rest = (token.get_secret_value().strip() if token else "1:x").partition(":")
        if not (number.isdigit() and colon and rest and rest.isascii() and not any(c in rest for c in "/?# \t")):
            raise ValueError("it should look like 123456:ABC-DEF…, as @BotFather gives it")
        return SecretStr(f"{number}:{rest}") if token else None

    @field_validator("zalo_bot_token")
    @classmethod
    def _zalo_token_form(cls, token: SecretStr | None) -> SecretStr | None:
        value = token.get_secret_value().strip() if token else "1:x"
        if not (":" in value and value.isascii() and not any(c in value for c in "/?# \t")):
            raise ValueError("it should look like 12345689:abc-xyz, as Zalo Bot Creator gives it")
        return SecretStr(value) if token else None

    @field_validator("admin_chat_id", mode="before")
    @classmethod
    def _chat_form(cls, chat: object) -> str | None:
        value = str(chat).strip() if chat is not None else None
        if value is not None and not CHAT.fullmatch(value):
            raise ValueError("it should be a number for Telegram, or zalo: or zalo-oa: and what /mydata shows there")
        return value

    @field_validator("zalo_webhook_secret")
    @classmethod
    def _zalo_secret_form(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and not 8 <= len(secret.get_secret_value()) <= 256:
            raise ValueError("use 8 to 256 characters")
        return secret

    @field_validator("webhook_secret")
    @classmethod
    def _secret_form(cls, secret: SecretStr | None) -> SecretStr | None:
        value = secret.get_secret_value() if secret else "x"
        if not (1 <= len(value) <= 256 and value.isascii() and value.replace("_", "").replace("-", "").isalnum()):
            raise ValueError("use 1 to 256 letters, digits, _ and -")
        return secret

    @model_validator(mode="after")
    def _sign_on_whole(self) -> Self:
        parts = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(parts) and not (all(parts) and self.public_url):
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and PUBLIC_URL go together; set all four")
        return self

    @model_validator(mode="after")
    def _account_whole(self) -> Self:
        parts = (self.zalo_oa_id, self.zalo_oa_app_id, self.zalo_oa_secret, self.zalo_oa_webhook_key)
        whole = (*parts, self.zalo_oa_webhook_url)
        if any(whole) and not all(whole):
            raise ValueError(
                "ZALO_OA_ID, ZALO_OA_APP_ID, ZALO_OA_SECRET, ZALO_OA_WEBHOOK_KEY and ZALO_OA_WEBHOOK_URL go together; "
                "set all five"
            )
        return self

    @field_validator(
        "telegram_api_url", "webhook_url", "zalo_api_url", "zalo_webhook_url", "public_url", "zalo_link",
        "zalo_oa_api_url", "zalo_oa_oauth_url", "zalo_oa_webhook_url",
    )  # fmt: skip
    @classmethod
    def _usable(cls, url: str | None) -> str | None:
        """Said without the address: a part of it may be a password, wherever it was cut."""
        try:
            parts = urlsplit(url or "https://x")
            found = parts.hostname and parts.port != 0
        except ValueError:
            found = None
        if not found or "@" in (parts.netloc.rpartition("@")[0] + parts.path.partition("/bot")[0]):
            raise ValueError("it should look like https://name.example; in a password write @ as %40 and / as %2F")
        return url.rstrip("/") if url else url

    @field_validator("telegram_api_url")
    @classmethod
    def _before_the_token(cls, url: str) -> str:
        """Said without the address, too: the token itself may stand in it."""
        parts = urlsplit(url)
        if parts.query or parts.fragment or TOKEN_IN_PATH.search(parts.path):
            raise ValueError("it should look like https://name.example: the part before /bot and the token")
        return url

    @field_validator("speech_url")
    @classmethod
    def _at_home(cls, url: str | None) -> str | None:
        """Nobody's voice leaves the machine."""
        if url and urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("a recogniser has to run on this machine: http://127.0.0.1:…")
        return url

    @property
    def shown_api_url(self) -> str:
        """The Bot API server as it may be told: without name and password."""
        return without_password(self.telegram_api_url)

    @property
    def admin(self) -> str | None:
        """The key of the chat that hears of trouble; a number alone is Telegram's."""
        chat = self.admin_chat_id
        return f"telegram:{chat}" if chat and ":" not in chat else chat

    @property
    def key(self) -> str:
        """The key of limits and secrets: the same for all replicas, never in the database it guards.

        On one machine a file beside the database; whoever runs several sets SERVER_KEY.
        """
        if self.server_key:
            return self.server_key.get_secret_value()
        if self.database_url and not self.database_url.get_secret_value().startswith("sqlite"):
            return self.database_url.get_secret_value()
        return _kept_key(STATE / "server.key")

    @property
    def secrets(self) -> list[str]:
        """What must never be written anywhere: token, webhook secret, the database's password as typed and as meant."""
        address = self.database_url.get_secret_value() if self.database_url else ""
        theirs = (self.telegram_api_url, self.webhook_url or "", self.zalo_api_url, self.zalo_oa_api_url)
        addresses = (address, *theirs, self.zalo_oa_oauth_url, *getproxies().values())
        passwords = [password for one in addresses for form in PASSWORDS for password in form.findall(one)]
        ours = (self.telegram_bot_token, self.webhook_secret, self.server_key, self.oidc_client_secret)
        zalo = (self.zalo_bot_token, self.zalo_webhook_secret, self.zalo_oa_secret, self.zalo_oa_webhook_key)
        known = [one.get_secret_value() for one in (*ours, *zalo, self.zalo_oa_refresh_token) if one]
        return list(dict.fromkeys([*known, *passwords, *map(unquote, passwords)]))

    @property
    def database(self) -> str:
        """The database's address; SQLite under `var/` where none is set."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{STATE / 'motcua.db'}"


def read_settings() -> Settings:
    """Read the environment. Raises BadSettings; a secret's value never appears in it."""
    found, problems = _from_files(os.environ)
    try:
        settings = Settings(**found)  # type: ignore[arg-type]
    except ValidationError as error:
        raise BadSettings("\n".join([*problems, *(_sentence(one) for one in error.errors())])) from None
    if problems:
        raise BadSettings("\n".join(problems))
    if not settings.database_url:
        private_folder(STATE)
    return settings


def _kept_key(file: Path) -> str:
    """The file's line, made where there is none. Where it cannot be kept, one that lasts as long as the process."""
    made = secrets.token_hex(32)
    try:
        private_folder(file.parent)
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as new:  # noqa: PTH123 - with its rights from the first moment
            new.write(made)
    except FileExistsError:
        with suppress(OSError):
            return file.read_text(encoding="ascii", errors="replace").strip() or made
    except OSError:
        return made
    return made


def private_folder(folder: Path) -> None:
    """A folder that its owner alone may look into. Raises OSError where it cannot be made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        with suppress(OSError):  # another's folder
            folder.chmod(0o700)


def _from_files(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The secrets that stand in files, and what is wrong with the others."""
    secrets, problems = {}, []
    for name in SECRETS:
        variable = f"{name.upper()}_FILE"
        if not (path := environment.get(variable)):
            continue
        try:
            secrets[name] = _secret_in(Path(path))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            problems.append(f"{variable} is not usable: {reason}.")
        if environment.get(name.upper()):
            problems.append(f"{name.upper()} and {variable} are both set; keep one.")
    return secrets, problems


def _secret_in(path: Path) -> str:
    """A file's only line. Raises OSError, ValueError; neither quotes it."""
    with path.open("rb") as file:
        content = file.read(MAX_SECRET + 1)
    lines = content.decode("utf-8", "replace").split()
    if len(lines) != 1 or len(content) > MAX_SECRET:
        raise ValueError("the file should hold the secret in one line and nothing else")
    return lines[0]


def _sentence(error: ErrorDetails) -> str:
    name, said = ".".join(map(str, error["loc"])).upper(), str(error["msg"]).removeprefix("Value error, ")
    return f"{name} is not usable: {said}." if name else f"{said}."
