"""Foundation models: gateways to any endpoint that speaks the OpenAI API or to a recording, and servers to try them on.

A local server that runs a small open model, and one that answers from a script, for tests.
"""

from dgm.models.adapter import EndpointModels, open_models
from dgm.models.endpoint import Endpoint, EndpointKind, model_names, resolve_endpoint
from dgm.models.local import start_local
from dgm.models.model_file import LOCAL_MODEL, find_model, pulled_model
from dgm.models.prices import find_price
from dgm.models.pull import pull_model
from dgm.models.recording import Recording
from dgm.models.replaying import Replayed, ReplayModels
from dgm.models.scripted import ScriptedFault, ScriptedReply, ScriptedServer, read_script
from dgm.models.tries import RetryPolicy

__all__ = [
    "LOCAL_MODEL",
    "Endpoint",
    "EndpointKind",
    "EndpointModels",
    "Recording",
    "ReplayModels",
    "Replayed",
    "RetryPolicy",
    "ScriptedFault",
    "ScriptedReply",
    "ScriptedServer",
    "find_model",
    "find_price",
    "model_names",
    "open_models",
    "pull_model",
    "pulled_model",
    "read_script",
    "resolve_endpoint",
    "start_local",
]
