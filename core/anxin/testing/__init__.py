"""A pytest plugin for core and for plugin authors: `pytest_plugins = ["anxin.testing"]`.

One throwaway PostgreSQL and Valkey a test process; every test that asks for `tenant` gets a fresh one, so
tests never meet each other's rows. Real roles, real row-level security, real sealing: nothing is mocked.

    tenant, other_tenant   TenantInfo of two employers with all loaded plugins on
    ctx                    a system context in `tenant` (committed when the test's block ends it)
    person(…)              make a person with roles; person.id, person.tenant
    client_as(person)      a Flask test client signed in as that person (None: a visitor)
    acting(person, "own")  their context as behind the guard
    agency_person(…)       a helper in `tenant` under a running service contract
    give_consent(person, PURPOSE)   their answer to a purpose
    queue_of(helper)       what waits for a helper, as the list over all employers says it
    served_units(tenant)   the units served there, as plain rows
    run_jobs(tenant)       run what waits in the outbox, in the tenant's scope
    today()                the calendar day of the tests' tenants (a function, not a fixture)
"""

from anxin.testing.acts import acting, give_consent, run_jobs, today
from anxin.testing.contract import PluginContract
from anxin.testing.fixtures import (
    agency_person,
    app,
    client_as,
    cluster,
    ctx,
    new_tenant,
    other_tenant,
    person,
    runtime,
    scope,
    settings,
    tenant,
    valkey,
)
from anxin.testing.served import queue_of, served_units

__all__ = [
    "PluginContract",
    "acting",
    "agency_person",
    "app",
    "client_as",
    "cluster",
    "ctx",
    "give_consent",
    "new_tenant",
    "other_tenant",
    "person",
    "queue_of",
    "run_jobs",
    "runtime",
    "scope",
    "served_units",
    "settings",
    "tenant",
    "today",
    "valkey",
]
