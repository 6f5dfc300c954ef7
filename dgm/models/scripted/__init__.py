"""A server that speaks the OpenAI API and answers from a script: for tests and scripted runs, and nothing else.

As a program it reads a script file (see `script`), prints its address, and ends when its standard input closes:

    python -m dgm.models.scripted SCRIPT.json --port 0
"""

from dgm.models.scripted.script import MODEL, Request, Script, ScriptedFault, ScriptedReply, in_order, read_script
from dgm.models.scripted.server import ScriptedServer, Seen

__all__ = [
    "MODEL",
    "Request",
    "Script",
    "ScriptedFault",
    "ScriptedReply",
    "ScriptedServer",
    "Seen",
    "in_order",
    "read_script",
]
