"""llama.cpp's server as a program of its own: `python -m dgm.models.local_server`. Started by `local`.

It prints one line with its address when the model is loaded, and ends when its standard input closes: so it never
outlives the process that started it, however that one ended.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from dgm.models.local import ANNOUNCE

CACHE_MIB = 1024
"""Memory in which finished prompts stay, so that an agent's next turn is not read anew."""
REUSED_TOKENS = 256
"""Shortest piece of an earlier prompt that is taken over when only its place has changed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve one GGUF file on a free port of loopback."""
    options = _options(arguments)
    from xllamacpp import CommonParams, Server  # only here: an extra, and slow to load

    params = CommonParams()
    params.model.path = options.model
    params.model_alias = {options.alias}
    params.n_ctx = options.context
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = options.threads
    params.cache_ram_mib = CACHE_MIB
    params.n_cache_reuse = REUSED_TOKENS
    server = Server(params)
    sys.stdout.write(f"{ANNOUNCE}{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    os._exit(0)  # the native threads have nothing to save, and would wait for a running answer


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dgm.models.local_server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
