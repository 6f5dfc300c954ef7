"""The scripted server as a program: see the package's docstring."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dgm.models.scripted import ScriptedServer, read_script


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a script file until the standard input closes: so it does not outlive who started it."""
    parser = argparse.ArgumentParser(prog="python -m dgm.models.scripted")
    parser.add_argument("script", type=Path)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    script, model = read_script(options.script.read_text(encoding="utf-8"))
    with ScriptedServer(script, models=(model,), port=options.port) as server:
        sys.stdout.write(server.base_url + "\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
