"""llama.cpp's server as a process of ours."""

import os
from contextlib import closing
from importlib.util import find_spec

import pytest

from dgm.config import ModelsSection
from dgm.errors import ConfigError
from dgm.models import LOCAL_MODEL, open_models, pulled_model, start_local
from dgm.values import CallStatus, Lease
from tests.models.doors import RealClock

needs_llama = pytest.mark.skipif(find_spec("xllamacpp") is None, reason="no pulled model: xllamacpp is not installed")


@needs_llama
def test_a_file_that_is_no_model_is_an_error_that_names_the_log(tmp_path):
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"not a model")

    with pytest.raises(ConfigError, match=r"server\.log"), start_local(bad, log=tmp_path / "server.log"):
        pass


@needs_llama
def test_the_log_does_not_tell_where_the_model_lies(tmp_path):
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"not a model")

    with pytest.raises(ConfigError), start_local(bad, log=tmp_path / "server.log"):
        pass

    assert str(tmp_path) not in (tmp_path / "server.log").read_text(errors="replace")


@pytest.mark.real_model
@needs_llama
def test_a_real_model_answers_through_the_gateway():
    if pulled_model(os.environ) is None:
        pytest.skip("no pulled model: `dgm model pull` fetches it")
    section = ModelsSection(endpoint="local", local_context=1024)

    with closing(open_models(section, clock=RealClock(), need_price=True, environ=os.environ)) as models:
        models.check(LOCAL_MODEL)
        with models.open(LOCAL_MODEL, Lease(2_000, 1.0, 90.0), purpose="solve") as gateway:
            said = gateway.complete([{"role": "user", "content": "Say hi."}], max_tokens=4, purpose="solve")

    assert said.status in {CallStatus.OK, CallStatus.CUT_OFF}
    assert 0 < gateway.report().spent.tokens < 200
