"""The Models port on a real endpoint: opens gateways, holds the key and the connections."""

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace

from dgm.config import ModelsSection
from dgm.errors import ModelRefused, ModelUnavailable
from dgm.models.calls import CallRules, Calls
from dgm.models.endpoint import Endpoint, EndpointKind, model_names, only_model, resolve_endpoint
from dgm.models.faults import LACKING, FaultKind, UpstreamFault
from dgm.models.gateway import LeasedGateway
from dgm.models.local import start_local
from dgm.models.loop_thread import LoopThread
from dgm.models.model_file import LOCAL_MODEL, cache_folder, find_model
from dgm.models.prices import FREE, find_price
from dgm.models.proof import fault_of
from dgm.models.socket_folders import sweep_socket_folders
from dgm.models.tries import PATIENT, RetryPolicy
from dgm.models.upstream import Upstream
from dgm.ports import Clock
from dgm.values import Lease, Price

CHECK_S = 30.0


def open_models(
    section: ModelsSection,
    *,
    clock: Clock,
    need_price: bool,
    environ: Mapping[str, str] | None = None,
    retry: RetryPolicy = PATIENT,
    check_s: float = CHECK_S,
) -> "EndpointModels":
    """Connect this machine to the endpoint that the configuration and the environment name.

    Args:
        need_price: whether the budget is in dollars: then leases bound dollars too, and a model needs a price.
        environ: this process's environment where left out.
        check_s: seconds in which `check` and `listed` end.

    Raises:
        ConfigError: address, key file or model is wrong, or a local model is missing.
        PriceUnknown: a named model has no price and needs one.
    """
    environ = os.environ if environ is None else environ
    endpoint = resolve_endpoint(section, environ)
    for name in {section.name, section.solve, section.improve, section.diagnose} - {None}:
        _price(section, endpoint, str(name), needed=need_price)
    sweep_socket_folders(clock.now().timestamp())
    with ExitStack() as started:
        if endpoint.base_url is None:
            endpoint = replace(endpoint, base_url=started.enter_context(_local(section, environ)))
        return EndpointModels(
            section, endpoint, clock=clock, need_price=need_price, retry=retry, check_s=check_s, owned=started.pop_all()
        )


def _local(section: ModelsSection, environ: Mapping[str, str]) -> AbstractContextManager[str]:
    """Prepare the local server that the configuration asks for. Raises ConfigError."""
    path = find_model(section.local_path, environ)
    folder = cache_folder(environ)
    folder.mkdir(parents=True, exist_ok=True)
    alias = LOCAL_MODEL if section.local_path is None else path.stem
    return start_local(path, context=section.local_context, log=folder / "local-server.log", alias=alias)


def _price(section: ModelsSection, endpoint: Endpoint, model: str, *, needed: bool) -> Price:
    if endpoint.kind is EndpointKind.LOCAL and model not in section.prices:
        return FREE
    return find_price(model, section.prices, needed=needed)


class EndpointModels:
    """Gateways to one endpoint, on one event loop. Thread-safe.

    Args:
        owned: what ends with it, such as a local server.
    """

    def __init__(
        self,
        section: ModelsSection,
        endpoint: Endpoint,
        *,
        clock: Clock,
        need_price: bool,
        retry: RetryPolicy,
        check_s: float,
        owned: ExitStack,
    ) -> None:
        self._section = section
        self._endpoint = endpoint
        self._clock = clock
        self._need_price = need_price
        self._rules = CallRules(section.max_tokens, section.timeout_s, section.temperature, retry)
        self._upstream = Upstream(endpoint, clock)
        self._loop = LoopThread()
        self._check_s = check_s
        self._owned = owned
        self._closed = False

    @property
    def base_url(self) -> str | None:
        """Where the endpoint is: of a local server, the address to give to other processes of this machine."""
        return self._endpoint.base_url

    @contextmanager
    def open(self, model: str, lease: Lease, *, purpose: str) -> Iterator[LeasedGateway]:
        """Open a gateway that allows `model` only and spends at most `lease`.

        Raises:
            PriceUnknown: the budget is in dollars, and the model has no price.
            ModelUnavailable: its socket cannot be made.
        """
        bounded = lease if self._need_price else replace(lease, cost_usd=math.inf)
        gateway = self._gateway(model, bounded, purpose)
        try:
            yield gateway
        finally:
            gateway.close()

    def price(self, model: str) -> Price:
        """Return what a model costs; a local one nothing. Raises PriceUnknown where it must be known."""
        return _price(self._section, self._endpoint, model, needed=self._need_price)

    def listed(self) -> tuple[str, ...]:
        """Return the models that the endpoint lists. Raises ModelUnavailable, ModelRefused."""
        try:
            return self._loop.run(self._upstream.models(timeout_s=self._check_s))
        except UpstreamFault as fault:
            if fault.status in LACKING:
                message = f"the endpoint {self._endpoint.base_url!r} has no list of models ({fault}): set models.name"
                raise ModelRefused(f"{message}, or correct the address: it often ends in /v1.") from None
            raise self._unusable(fault) from None
            raise self._unusable(fault) from None

    def names(self) -> dict[str, str]:
        """Return the model of `solve`, `improve` and `diagnose`; asks the server only where one is not named.

        Raises:
            ConfigError: one is not named, and the server does not list just one.
            ModelUnavailable, ModelRefused: the server had to be asked.
        """
        section = self._section
        named = section.name or all((section.solve, section.improve, section.diagnose))
        return model_names(section, "" if named else only_model(self.listed()))

    def check(self, model: str) -> None:
        """Ask the endpoint once whether it answers and has the model. Bounded: 30 seconds.

        A server that has no list of models is asked for one token instead.

        Raises:
            ModelUnavailable: it cannot be reached, or hangs.
            ModelRefused: it refuses the key, or does not know the model.
        """
        listed = self._loop.run(self._models_with(model))
        if isinstance(listed, UpstreamFault):
            raise self._unusable(listed)
        if model not in listed and f"{model}:latest" not in listed:
            found = ", ".join(repr(name) for name in sorted(listed)[:20]) or "none"
            raise ModelRefused(f"the endpoint does not know the model {model!r}; it has: {found}. Correct models.name.")

    def close(self) -> None:
        """Close connections, and end a local server that was started. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._loop.run(self._upstream.close())
            self._loop.close()
            self._owned.close()

    def _gateway(self, model: str, lease: Lease, purpose: str) -> LeasedGateway:
        calls = Calls(
            model,
            lease,
            purpose,
            price=self.price(model),
            rules=self._rules,
            upstream=self._upstream,
            clock=self._clock,
        )
        try:
            gateway = LeasedGateway(model, calls, self._loop)
            gateway.start()
        except OSError as error:
            raise ModelUnavailable(f"cannot make the gateway's socket in /tmp: {error.strerror or error}") from error
        return gateway

    async def _models_with(self, model: str) -> tuple[str, ...] | UpstreamFault:
        started_s = self._clock.monotonic()
        try:
            return await self._upstream.models(timeout_s=self._check_s)
        except UpstreamFault as fault:
            if fault.status not in LACKING:
                return fault
        left_s = max(0.0, self._check_s - (self._clock.monotonic() - started_s))
        return await fault_of(self._upstream, model, timeout_s=left_s) or (model,)

    def _unusable(self, fault: UpstreamFault) -> ModelUnavailable | ModelRefused:
        where = repr(self._endpoint.base_url)
        if fault.kind in {FaultKind.PASSING, FaultKind.OVERFLOW}:
            return ModelUnavailable(f"{fault} ({where}): is the server running, and the address right?")
        return ModelRefused(f"{fault} ({where}): check the key, the account and the address.")
