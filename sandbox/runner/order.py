"""What the host wants done, from its ORDER frames: a name, a zero byte, a value. Some names come more than once."""


class Order:
    """One command with everything it is given.

    Attributes:
        limits: name in the `resource` module to value.
        gateway: path of the gateway's socket; empty: there is none.
        measured: mounts whose digest is told before the command starts.
        collect: mounts to hand over, within `collect_bytes` each and `collect_entries`.
    """

    def __init__(self) -> None:
        self.command: list[str] = []
        self.environment: dict[str, str] = {}
        self.limits: dict[str, int] = {}
        self.measured: list[bytes] = []
        self.collect: list[bytes] = []
        self.workdir = "/"
        self.gateway = ""
        self.port = self.output_bytes = self.collect_bytes = self.collect_entries = 0
        self.timeout_s = 0.0

    def take(self, payload: bytes) -> None:
        """Take one setting."""
        name, _, raw = payload.partition(b"\0")
        value = raw.decode("utf-8", "surrogateescape")
        match name:
            case b"argument":
                self.command.append(value)
            case b"variable":
                key, _, text = value.partition("=")
                self.environment[key] = text
            case b"limit":
                key, _, amount = value.partition("=")
                self.limits[key] = int(amount)
            case b"measured":
                self.measured.append(raw)
            case b"collect":
                self.collect.append(raw)
            case b"workdir" | b"gateway":
                setattr(self, name.decode(), value)
            case b"timeout_s":
                self.timeout_s = float(value)
            case _:
                setattr(self, name.decode(), int(value))
