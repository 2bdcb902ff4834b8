"""/healthz (this process answers), /readyz (its dependencies do, and if not, why), /metrics (Prometheus text)."""

import time
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from anxin import __version__
from anxin.kernel.runtime import Runtime

bp = Blueprint("health", __name__)
ENDPOINTS = frozenset({"health.healthz", "health.readyz", "health.metrics"})

METRICS = CollectorRegistry()
REQUESTS = Counter(
    "anxin_requests", "Requests by endpoint and status", ("endpoint", "status"), registry=METRICS
)
SECONDS = Histogram("anxin_request_seconds", "Time to answer", ("endpoint",), registry=METRICS)


@bp.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok", version=__version__)


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when pages work. Redis away is reported but does not fail: pages work, jobs wait."""
    runtime: Runtime = current_app.extensions["anxin"]
    checks: dict[str, Any] = {"database": _database(runtime), "redis": _redis(runtime)}
    ready = checks["database"] == "ok"
    return jsonify(status="ok" if ready else "unavailable", checks=checks), 200 if ready else 503


@bp.get("/metrics")
def metrics() -> Response:
    """For the operator's Prometheus on this machine or cluster; a proxy in front must not pass it on."""
    return Response(generate_latest(METRICS), content_type=CONTENT_TYPE_LATEST)


def _database(runtime: Runtime) -> str:
    try:
        with runtime.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1 FROM core.tenant LIMIT 1"))
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        return f"away: {type(cause).__name__}"
    return "ok"


def _redis(runtime: Runtime) -> str:
    try:
        Redis.from_url(runtime.settings.redis_url, socket_connect_timeout=1).ping()
    except RedisError as error:
        return f"away: {type(error).__name__}"
    return "ok"


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)

    @app.before_request
    def start_clock() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        counter, seconds = _measures(request.endpoint or "none", response.status_code)
        counter.inc()
        if (began := g.get("began")) is not None:
            seconds.observe(time.perf_counter() - began)
        return response


@cache
def _measures(endpoint: str, status: int) -> tuple[Counter, Histogram]:
    """The two that tell of one endpoint: looking them up by their labels costs more than counting."""
    return REQUESTS.labels(endpoint, status), SECONDS.labels(endpoint)
