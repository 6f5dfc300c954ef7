"""Which endpoint this machine talks to, and which models a run uses."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from dgm.config import ModelsSection
from dgm.errors import ConfigError
from dgm.models.key import DUMMY, ApiKey, read_key

OPENAI_BASE_URL = "https://api.openai.com/v1"
PURPOSES = ("solve", "improve", "diagnose")


class EndpointKind(StrEnum):
    """A server that exists already, or llama.cpp that is to be started here."""

    OPENAI = "openai"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the models are. `base_url` is None for a local server that is not started yet."""

    kind: EndpointKind
    base_url: str | None
    key: ApiKey

    @property
    def on_loopback(self) -> bool:
        """Whether it is on this machine, where no proxy must stand between."""
        host = urlsplit(self.base_url or "").hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own, or one of its regions."""
        host = urlsplit(self.base_url or "").hostname or ""
        return host == "openai.com" or host.endswith(".openai.com")

    def scrub(self, text: str) -> str:
        """Return an error text without key, address and host: what may reach an agent, a transcript or a log."""
        clean = self.key.scrub(text)
        parts = urlsplit(self.base_url or "")
        for secret in (self.base_url, parts.netloc, parts.hostname):
            clean = clean.replace(secret, "[endpoint]") if secret else clean
        return clean


def resolve_endpoint(section: ModelsSection, environ: Mapping[str, str]) -> Endpoint:
    """Find the endpoint from the configuration and this machine's environment.

    A `base_url` beside `endpoint = "local"` is a local server that runs already.

    Raises:
        ConfigError: the address or the key file is wrong, or there is neither an address nor a key.
    """
    if section.endpoint == "local":
        return Endpoint(EndpointKind.LOCAL, _address(section.base_url), ApiKey(DUMMY))
    key = read_key(section.key_file, section.key_env, environ)
    base_url = _address(section.base_url or environ.get("OPENAI_BASE_URL", "").strip() or None)
    if base_url is None and key is None:
        if section.endpoint == "auto":
            return Endpoint(EndpointKind.LOCAL, None, ApiKey(DUMMY))
        raise ConfigError(
            f"models.endpoint is 'openai', but there is neither a key in {section.key_env!r} nor an address: set "
            "the variable, models.key_file, models.base_url or OPENAI_BASE_URL"
        )
    return Endpoint(EndpointKind.OPENAI, base_url or OPENAI_BASE_URL, key or ApiKey(DUMMY))


def model_names(section: ModelsSection, default: str) -> dict[str, str]:
    """Return the model of `solve`, `improve` and `diagnose`; `default` where the configuration names none."""
    return {purpose: getattr(section, purpose) or section.name or default for purpose in PURPOSES}


def only_model(listed: tuple[str, ...]) -> str:
    """Return the one model that a server lists.

    Raises:
        ConfigError: it lists none, or several: names them.
    """
    chat = tuple(name for name in listed if not _is_other_kind(name))
    if len(chat) == 1:
        return chat[0]
    found = ", ".join(repr(name) for name in sorted(chat)[:20]) or "none"
    raise ConfigError(f"models.name is not given, and the endpoint lists not one chat model but: {found}. Name one.")


def _is_other_kind(name: str) -> bool:
    others = ("embed", "whisper", "tts", "dall-e", "rerank", "moderation", "transcribe", "image")
    return any(word in name.lower() for word in others)


def _address(base_url: str | None) -> str | None:
    if base_url is None:
        return None
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError("models.base_url is not an address such as http://127.0.0.1:8000/v1: correct it")
    if "@" in parts.netloc:
        raise ConfigError("models.base_url holds a user or password: put the key in models.key_file instead")
    return base_url.rstrip("/")
