"""Fills an empty platform with the demo, through the doors an operator and an admin use: tenant files are
applied, rosters imported, accounts activated, the provider saved. Then what happened in the past half year is
told.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from anxin import apply
from anxin.demo import accounts, agreements, data, employer, past, places
from anxin.identity import passwords, providers, roster, roster_import
from anxin.identity.entries import PassphraseSet
from anxin.identity.models import Login
from anxin.identity.roster_columns import Column
from anxin.kernel import clock
from anxin.kernel.actor import system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.errors import ConfigurationError
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings
from anxin.tenancy.files import TenantFile

TASK = "demo.seed"
LONG = timedelta(days=400)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Home:
    """One tenant of the demo with the people of its roster (an agency has none)."""

    file: TenantFile
    people: list[roster.RosterRow]
    columns: list[Column]


def fill(runtime: Runtime, settings: Settings, progress: Progress) -> None:
    """Everything, in the order it depends on each other. ConfigurationError when a demo tenant is there
    already."""
    homes = [_home(file) for file in places.tenants(settings)]
    _insist_empty(runtime, homes)
    for home in homes:
        if home.file.providers:
            employer.hire(settings, home.file, home.people)
    for home in homes:
        with _step(progress, f"{home.file.name}: {len(home.people)}"):
            apply.apply(runtime, home.file)
            _people(runtime, home)
    with _step(progress, "accounts"):
        for home in homes:
            _activate(runtime, settings, home)
    for home in homes:
        if home.people or home.file.modules:
            with _step(progress, f"{home.file.name}: history"):
                _tell(runtime, home)


@contextmanager
def _step(progress: Progress, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    progress(f"{name} ({time.perf_counter() - started:.1f} s)")


def _home(file: TenantFile) -> Home:
    path = places.roster(file.slug)
    found = roster.read(path) if path else roster.Roster()
    if found.errors:
        raise ConfigurationError(
            f"{path}: {len(found.errors)} mistakes, the first in row {found.errors[0].row}"
        )
    return Home(file, found.rows, found.columns)


def _insist_empty(runtime: Runtime, homes: list[Home]) -> None:
    here = {tenant.slug for tenant in runtime.caches["directory"].all()}
    if taken := sorted(here & {home.file.slug for home in homes}):
        raise ConfigurationError(
            f"the demo is here already ({', '.join(taken)}); choose another --data folder"
        )


@contextmanager
def _inside(runtime: Runtime, home: Home) -> Iterator[Ctx]:
    tenant = runtime.caches["directory"].by_slug(home.file.slug)
    with tenant_scope(runtime, tenant, system(TASK)) as ctx:
        yield ctx


def _people(runtime: Runtime, home: Home) -> None:
    """The roster and, where the tenant has one, the employer's provider."""
    with _inside(runtime, home) as ctx:
        found = roster.Roster(home.people, columns=home.columns)
        made = roster_import.plan(ctx, found)
        if made.refused:
            first = made.refused[0]
            raise ConfigurationError(f"{home.file.slug}: row {first.row} of the roster: {first.reason}")
        roster_import.apply(ctx, found, made)
        for told in home.file.providers:
            providers.save(
                ctx, employer.application(ctx.runtime.settings, told), employer.http(ctx.runtime.settings)
            )


def _activate(runtime: Runtime, settings: Settings, home: Home) -> None:
    """Passphrases for the people to try, as their activation link would have set them."""
    here = [account for account in accounts.ACCOUNTS if account.tenant == home.file.slug]
    with _inside(runtime, home) as ctx:
        for account in here:
            login = ctx.db.scalars(
                sa.select(Login).where(Login.tenant_id == ctx.tenant.id, Login.name == account.login)
            ).one()
            login.password = passwords.hash_passphrase(accounts.passphrase(settings, account))
            login.changed_at = ctx.now
            ctx.audit(PassphraseSet(subject_id=login.person_id, how="activate"))


def _tell(runtime: Runtime, home: Home) -> None:
    """Half a year: consents, rota and crises, then every module's own part."""
    story = data.tell(home.file, home.people, clock.now())
    with _inside(runtime, home) as ctx:
        told = past.find(ctx, story)
        ctx.unaudited("invented history; its entries are written as of their days")
        past.long_here(ctx, story.now - LONG)
        past.duty(told)
        past.consents(told)
        for answer in runtime.registry.call(ctx, "demo", story=told):
            if answer.failed:
                raise ConfigurationError(f"the demo of the module {answer.plugin} failed; see the log")
        told.flush()
    with _inside(runtime, home) as ctx:
        past.crises(past.find(ctx, story))
    if home.people:
        with _inside(runtime, home) as ctx:
            agreements.tell(ctx)
