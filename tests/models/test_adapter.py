"""The Models port on a scripted endpoint: names, prices, the check before a run, and the key's way."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from dgm.config import ModelsSection, PriceSection
from dgm.errors import ConfigError, ModelRefused, ModelUnavailable, PriceUnknown
from dgm.models import ScriptedReply, ScriptedServer, open_models
from tests.models.doors import KEY, MODEL, PLENTY, QUICK, RealClock, models_on, scripted


@contextmanager
def silent_port() -> Iterator[int]:
    """Listen, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_an_endpoint_that_has_the_model_passes_the_check():
    with scripted() as server, models_on(server) as models:
        models.check(MODEL)


def test_a_check_costs_no_tokens():
    with scripted() as server, models_on(server) as models:
        models.check(MODEL)

    assert server.seen == []


def test_an_unknown_model_is_refused_and_the_known_ones_named():
    with scripted() as server, models_on(server) as models, pytest.raises(ModelRefused, match="'scripted'"):
        models.check("gpt-99")


def test_a_wrong_key_is_refused_without_being_told():
    with (
        scripted() as server,
        models_on(server, key="sk-wrong-key-1") as models,
        pytest.raises(ModelRefused, match="401") as refused,
    ):
        models.check(MODEL)

    assert "sk-wrong-key-1" not in str(refused.value)


def test_a_server_that_is_not_there_is_unavailable():
    with scripted() as server:
        gone = server.base_url
    section = ModelsSection(base_url=gone)

    opened = open_models(section, clock=RealClock(), need_price=False, environ={})
    with closing(opened) as models, pytest.raises(ModelUnavailable, match="cannot be reached"):
        models.check(MODEL)


def test_a_server_that_hangs_is_unavailable_in_bounded_time():
    with silent_port() as port:
        section = ModelsSection(base_url=f"http://127.0.0.1:{port}/v1")
        with closing(open_models(section, clock=RealClock(), need_price=False, environ={}, check_s=0.3)) as models:
            started_s = time.monotonic()
            with pytest.raises(ModelUnavailable, match="in time"):
                models.check(MODEL)

    assert time.monotonic() - started_s < 5.0


def test_the_only_listed_model_serves_every_purpose():
    with scripted() as server, models_on(server) as models:
        names = models.names()

    assert names == {"solve": MODEL, "improve": MODEL, "diagnose": MODEL}


def test_a_choice_of_listed_models_is_the_users():
    with (
        ScriptedServer(["x"], models=("a", "b")) as server,
        models_on(server) as models,
        pytest.raises(ConfigError, match="'a', 'b'"),
    ):
        models.names()


def test_named_models_are_not_asked_for():
    section = ModelsSection(base_url="http://127.0.0.1:9/v1", name="mine")

    with closing(open_models(section, clock=RealClock(), need_price=False, environ={})) as models:
        names = models.names()

    assert set(names.values()) == {"mine"}


def test_a_model_without_a_price_is_an_error_when_the_budget_is_in_dollars():
    section = ModelsSection(base_url="http://127.0.0.1:9/v1", name="mine")

    with pytest.raises(PriceUnknown, match="'mine'"):
        open_models(section, clock=RealClock(), need_price=True, environ={})


def test_dollars_do_not_bound_a_run_that_has_no_budget_in_dollars():
    prices = {MODEL: PriceSection(input_usd=1e6, output_usd=1e6)}
    with scripted() as server:
        section = ModelsSection(base_url=server.base_url, prices=prices)
        opened = open_models(section, clock=RealClock(), need_price=False, environ={"OPENAI_API_KEY": KEY})
        with closing(opened) as models, models.open(MODEL, PLENTY, purpose="solve") as gateway:
            said = gateway.complete([{"role": "user", "content": "hi"}], max_tokens=5, purpose="solve")

    assert said.text == "an answer"
    assert gateway.report().spent.cost_usd > PLENTY.cost_usd


def test_a_gateway_is_ready_within_thirty_milliseconds():
    took_s = []
    with scripted() as server, models_on(server, retry=QUICK) as models:
        for _ in range(5):
            started_s = time.perf_counter()
            with models.open(MODEL, PLENTY, purpose="solve"):
                took_s.append(time.perf_counter() - started_s)

    assert min(took_s) < 0.03


def test_closing_twice_is_safe():
    with scripted() as server, models_on(server) as models:
        models.close()
        models.close()


def test_a_server_without_a_list_of_models_is_asked_for_one_token():
    with ScriptedServer(["ok"], lists=False) as server, models_on(server) as models:
        models.check("unlisted")

    assert server.seen[0].body["max_tokens"] == 1


def test_an_unknown_model_of_a_server_without_a_list_is_refused():
    unknown = ScriptedReply("no such model", status=404, error_code="model_not_found")
    with (
        ScriptedServer([unknown], lists=False) as server,
        models_on(server) as models,
        pytest.raises(ModelRefused, match="no such model"),
    ):
        models.check("unlisted")


def test_a_server_without_a_list_needs_a_name_and_says_so():
    with (
        ScriptedServer(["ok"], lists=False) as server,
        models_on(server) as models,
        pytest.raises(ModelRefused, match=r"set models\.name"),
    ):
        models.names()


def test_a_named_model_of_a_server_without_a_list_passes_the_check():
    with ScriptedServer(["ok"], lists=False) as server, models_on(server, name="mine") as models:
        for name in models.names().values():
            models.check(name)

    assert {seen.body["model"] for seen in server.seen} == {"mine"}
