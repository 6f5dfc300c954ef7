"""Where the endpoint, the key, the names and the prices come from."""

import pickle

import pytest

from dgm.config import ModelsSection, PriceSection
from dgm.errors import ConfigError, PriceUnknown
from dgm.models import EndpointKind, find_price, model_names, resolve_endpoint
from dgm.models.endpoint import OPENAI_BASE_URL, only_model
from dgm.models.key import ApiKey
from dgm.values import Price

SECRET = "sk-marker-77aa01"


def test_auto_without_address_and_key_is_local():
    assert resolve_endpoint(ModelsSection(), {}).kind is EndpointKind.LOCAL


@pytest.mark.parametrize(
    ("section", "environ", "base_url"),
    [
        (ModelsSection(), {"OPENAI_API_KEY": SECRET}, OPENAI_BASE_URL),
        (ModelsSection(), {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1/"}, "http://127.0.0.1:1/v1"),
        (ModelsSection(base_url="http://b/v1"), {"OPENAI_BASE_URL": "http://a/v1"}, "http://b/v1"),
        (ModelsSection(key_env="MY_KEY"), {"MY_KEY": SECRET}, OPENAI_BASE_URL),
    ],
)
def test_auto_with_an_address_or_a_key_is_openai(section, environ, base_url):
    endpoint = resolve_endpoint(section, environ)

    assert (endpoint.kind, endpoint.base_url) == (EndpointKind.OPENAI, base_url)


def test_local_is_local_even_where_there_is_a_key():
    endpoint = resolve_endpoint(ModelsSection(endpoint="local"), {"OPENAI_API_KEY": SECRET})

    assert (endpoint.kind, endpoint.key.is_secret) == (EndpointKind.LOCAL, False)


def test_openai_without_address_and_key_is_an_error():
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        resolve_endpoint(ModelsSection(endpoint="openai"), {})


@pytest.mark.parametrize("address", ["ftp://a/v1", "127.0.0.1:8000", "http://", "http://a:x/v1", "http://u:p@a/v1"])
def test_an_address_that_cannot_work_is_an_error(address):
    with pytest.raises(ConfigError, match="base_url"):
        resolve_endpoint(ModelsSection(base_url=address), {})


@pytest.mark.parametrize(
    ("address", "expected"), [("http://127.0.0.1:1/v1", True), ("http://localhost/v1", True), ("http://a.b/v1", False)]
)
def test_no_proxy_stands_before_this_machine(address, expected):
    assert resolve_endpoint(ModelsSection(base_url=address), {}).on_loopback is expected


def test_the_key_file_comes_before_the_environment(tmp_path):
    path = tmp_path / "key"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)

    endpoint = resolve_endpoint(ModelsSection(key_file=path), {"OPENAI_API_KEY": "sk-other-key"})

    assert endpoint.key.reveal() == SECRET


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666, 0o700])
def test_a_key_file_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "key"
    path.write_text(SECRET)
    path.chmod(mode)

    with pytest.raises(ConfigError, match="chmod 600"):
        resolve_endpoint(ModelsSection(key_file=path), {})


@pytest.mark.parametrize("content", [b"", b"  \n", b"two\nlines", b"\xff\xfe", "schlüssel".encode()])
def test_a_key_file_without_a_key_is_refused(tmp_path, content):
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(ConfigError, match="key"):
        resolve_endpoint(ModelsSection(key_file=path), {})


def test_a_key_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        resolve_endpoint(ModelsSection(key_file=tmp_path / "none"), {})


def test_a_key_shows_itself_in_no_text():
    endpoint = resolve_endpoint(ModelsSection(), {"OPENAI_API_KEY": SECRET})

    assert SECRET not in f"{endpoint!r} {endpoint.key} {endpoint.key!r}"


def test_a_key_cannot_be_pickled():
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(ApiKey(SECRET))


def test_a_placeholder_is_not_taken_out_of_texts():
    assert ApiKey("x").scrub("fix it") == "fix it"


def test_each_purpose_may_have_its_own_model():
    names = model_names(ModelsSection(name="all", diagnose="thinker"), default="listed")

    assert names == {"solve": "all", "improve": "all", "diagnose": "thinker"}


def test_the_default_stands_in_where_nothing_is_named():
    assert set(model_names(ModelsSection(), default="listed").values()) == {"listed"}


def test_the_only_chat_model_is_the_default():
    assert only_model(("text-embedding-3", "chatty")) == "chatty"


@pytest.mark.parametrize("listed", [(), ("a", "b")])
def test_a_choice_of_models_is_the_users(listed):
    with pytest.raises(ConfigError, match=r"models\.name"):
        only_model(listed)


def test_the_users_price_comes_before_the_built_in_one():
    own = {"gpt-4o": PriceSection(input_usd=1.0, output_usd=2.0)}

    assert find_price("gpt-4o", own, needed=True) == Price(1.0, 2.0)


def test_a_price_that_is_needed_and_unknown_is_an_error_that_names_the_model():
    with pytest.raises(PriceUnknown, match="'homemade'"):
        find_price("homemade", {}, needed=True)


def test_a_price_that_nobody_needs_is_nothing():
    assert find_price("homemade", {}, needed=False) == Price(0.0, 0.0)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (None, True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.evil.example/v1", False),
        ("https://notopenai.com/v1", False),
        ("http://127.0.0.1:8000/openai.com", False),
    ],
)
def test_openais_own_address_is_told_from_others(address, expected):
    endpoint = resolve_endpoint(ModelsSection(base_url=address), {"OPENAI_API_KEY": SECRET})

    assert endpoint.is_openai is expected
