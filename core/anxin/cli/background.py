"""The loops outside of requests: running jobs, relaying effects, asking for periodic jobs, sealing.

Each process builds the application once, like a web process: jobs find the same registry, keys and pools.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty
from sqlalchemy.exc import DBAPIError

from anxin import start
from anxin.app import create_app
from anxin.audit import sealer
from anxin.embedded import folder
from anxin.kernel import clock, jobs, outbox
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings

log = logging.getLogger("anxin.background")

SEAL_SECONDS = 1.0
ASK_SECONDS = 5.0


def run_worker(settings: Settings, *, relay: bool = False) -> None:
    """Run jobs until SIGTERM; with `relay`, threads beside them relay effects, ask for periodic jobs and seal.

    In this process, without a fork for each job: 800 jobs a second instead of 150. A job that takes the
    process with it is sent again, since its outbox row is neither done nor failed. Long work has a thread.
    """
    app = _application(settings)
    long_work = threading.Thread(
        target=_work, args=(app, settings, LongWorker, outbox.LONG_QUEUE), daemon=True
    )
    long_work.start()
    beside = [_relay(app, settings), Scheduler(app, beat_of(settings, "scheduler"))] if relay else []
    threads = [_beside(one) for one in beside]
    _work(app, settings, Worker, outbox.QUEUE)
    for one in beside:
        one.stop()
    for thread in threads:
        thread.join()


def _work(app: Flask, settings: Settings, kind: "type[Worker]", queue: str) -> None:
    redis = Redis.from_url(settings.redis_url)
    with app.app_context():
        worker = kind(
            [Queue(queue, connection=redis, serializer=JSONSerializer)],
            connection=redis,
            serializer=JSONSerializer,
            log_job_description=False,
        )
        worker.beat = beat_of(settings, "worker")
        worker.work(logging_level=settings.log_level.upper())


def run_relay(settings: Settings, *, scheduler: bool) -> None:
    """Relay until SIGTERM; with `scheduler` its work is done by a thread of this process."""
    app = _application(settings)
    relay = _relay(app, settings)
    second = Scheduler(app, beat_of(settings, "scheduler"))
    _on_stop(relay.stop, second.stop)
    thread = _beside(second) if scheduler else None
    relay.run()
    if thread is not None:
        thread.join()


def _relay(app: Flask, settings: Settings) -> outbox.Relay:
    return outbox.Relay(
        app.extensions["anxin"], Redis.from_url(settings.redis_url), beat_of(settings, "relay")
    )


def _beside(loop: "outbox.Relay | Scheduler") -> threading.Thread:
    """Run a loop in a thread. Should it fail, the whole process ends, so that whoever keeps it running notices."""

    def run() -> None:
        try:
            loop.run()
        except BaseException:
            log.exception("%s failed", type(loop).__name__.lower())
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    thread = threading.Thread(target=run, name=type(loop).__name__.lower())
    thread.start()
    return thread


def run_scheduler(settings: Settings) -> None:
    """Ask for periodic jobs and seal the audit trail until SIGTERM."""
    scheduler = Scheduler(_application(settings), beat_of(settings, "scheduler"))
    _on_stop(scheduler.stop)
    scheduler.run()


class Worker(SimpleWorker):
    """RQ's worker, showing on disk as well that it lives: at each wait for a job and at each job's start."""

    beat: Callable[[], object]

    def heartbeat(self, *arguments: Any, **options: Any) -> None:
        self.beat()
        super().heartbeat(*arguments, **options)


class LongWorker(Worker):
    """Imports, reports and campaigns, in a thread beside the short jobs, so that an alert never waits behind them.

    Signals belong to the main thread; when the process ends, work under way ends with it, and its outbox row sends
    it again.
    """

    death_penalty_class = TimerDeathPenalty
    beat: Callable[[], object]

    def _install_signal_handlers(self) -> None:
        """None: see above."""


def beat_of(settings: Settings, name: str) -> Callable[[], object]:
    """A function that touches DATA/run/NAME.beat. A process without a port has no other cheap sign of life; a
    cluster's liveness probe reads the file's age."""
    path = folder.make_private(folder.run_dir(settings.data_dir)) / f"{name}.beat"
    return path.touch


class Scheduler:
    """Seals each second and asks for the periodic jobs whose slot has begun. Two of them do no harm: a slot's
    outbox row has one id, and the sealer takes its turn in the database."""

    def __init__(self, app: Flask, beat: Callable[[], object] = lambda: None) -> None:
        self._app, self._beat = app, beat
        self._runtime: Runtime = app.extensions["anxin"]
        self._stop = threading.Event()
        self._asked = 0.0

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        """Until stopped; a database that is away is waited for, never given up."""
        caught_up = False
        while not self._stop.wait(SEAL_SECONDS):
            self._beat()
            try:
                with self._app.app_context():
                    if not caught_up:
                        sealer.catch_up(self._runtime)
                        caught_up = True
                    self._turn()
            except (DBAPIError, RedisError) as error:
                log.warning("scheduler waits: %s", type(error).__name__)

    def _turn(self) -> None:
        sealer.seal_pending(self._runtime)
        now = clock.now()
        if now.timestamp() - self._asked >= ASK_SECONDS:
            jobs.ask_periodic(self._runtime, self._runtime.caches["directory"].all(), now)
            self._asked = now.timestamp()


def _application(settings: Settings) -> Flask:
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    app = create_app(settings)
    start.settled()
    return app


def _on_stop(*stops: Callable[[], None]) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in stops:
            each()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
