"""Traces: one provider per process; spans for requests, calls and queries, exported where told to."""

from typing import TYPE_CHECKING

from fastapi.telemetry import TelemetryConfig
from opentelemetry import context, propagate, trace
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from cdp_common.web.settings import ServiceSettings

if TYPE_CHECKING:  # the gateway has no database, and does not read its drivers into memory
    from cdp_common.db.database import Database

# The framework's own server span, one per request, which costs half of what the contributed instrumentation
# does; no spans for its inner steps, and no logs of ours twice.
NATIVE_TELEMETRY: TelemetryConfig = {
    "tracing": True,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def configure_telemetry(settings: ServiceSettings, name: str) -> TracerProvider:
    """Start tracing in this process.

    Without `CDP_OTLP_ENDPOINT` spans go nowhere: their ids are in the logs and travel on to other processes,
    and nothing else of them is recorded, which would cost a tenth of a small request.
    """
    resource = Resource.create(
        {
            "service.name": name,
            "service.version": settings.build,
            "deployment.environment.name": settings.mode,
        }
    )
    sampler = ALWAYS_OFF if settings.otlp_endpoint is None else None
    provider = TracerProvider(resource=resource, sampler=sampler)
    if settings.otlp_endpoint is not None:
        # A process that exports nothing starts sooner without it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    return provider


def trace_database(database: "Database") -> None:
    """Give the database's queries spans, if this process records any."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider) and provider.sampler is not ALWAYS_OFF:
        # The instrumentation declares an older SQLAlchemy than ours and works with ours.
        from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor

        SQLAlchemyInstrumentor().instrument(engine=database.engine.sync_engine, skip_dep_check=True)


class IdsAlone:
    """Gives each request a span of which nothing is recorded: the ids are in its log lines and travel on.

    They are what the framework's span would have, without the attributes that it puts together for nobody.
    """

    def __init__(self, app: ASGIApp, *, tracer: trace.Tracer) -> None:
        self._app = app
        self._tracer = tracer
        self._carriers = frozenset(name.lower().encode() for name in propagate.get_global_textmap().fields)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application within the span."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        around = context.get_current()
        if any(name in self._carriers for name, _ in scope["headers"]):
            around = propagate.extract(Headers(scope=scope))
        span = self._tracer.start_span(scope["type"], around, trace.SpanKind.SERVER)
        token = context.attach(trace.set_span_in_context(span, around))
        try:
            await self._app(scope, receive, send)
        finally:
            context.detach(token)


def request_spans() -> tuple[TelemetryConfig, list[Middleware]]:
    """How requests get their spans: from the framework where they are recorded, else ids alone."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider) and provider.sampler is ALWAYS_OFF:
        alone = Middleware(IdsAlone, tracer=provider.get_tracer(__name__))
        return {**NATIVE_TELEMETRY, "tracing": False}, [alone]
    return NATIVE_TELEMETRY, []
