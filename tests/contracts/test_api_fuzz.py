"""The tenant's whole OpenAPI, thrown generated requests at: nothing answers with an error of ours (5xx).

A bounded number of examples an operation, in process, each sent by three callers. Longer runs: EXAMPLES=200.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from anxin.identity import sessions
from anxin.identity.models import Person

from .everything import fill

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def token(runtime, scope) -> Any:
    """token(someone): a personal access token with all of their rights."""

    def make(someone: Any) -> str:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            row = ctx.get(Person, someone.id)
            return sessions.start(ctx, row, method="token", kind="token", lifetime=timedelta(hours=1))

    return make


def test_no_generated_request_breaks_anything(
    app, runtime, tenant, person, agency_person, give_consent, client_as, token
) -> None:
    """Each generated request by each of the three: making one takes as long as answering it."""
    made = fill(runtime, tenant.id)
    callers = {
        "employee": person("employee"),
        "admin": person("admin"),
        "helper": agency_person("supervisor"),
    }
    for someone in callers.values():
        give_consent(someone, *(p for p in runtime.registry.purposes.values() if p.basis == "consent"))
    headers = {role: {"Authorization": f"Bearer {token(one)}"} for role, one in callers.items()}
    client = client_as(tenant=tenant)
    document = client.get(f"{client.base}/api/openapi.json").json
    schema = schemathesis.openapi.from_dict(document)
    known = st.sampled_from([str(row_id) for row_id in made.values()])
    operations = [result.ok() for result in schema.get_all_operations()]
    wanted = sum(1 for item in document["paths"].values() for method in item if method in METHODS)
    assert len(operations) == wanted > 30
    seen: dict[str, set[int]] = {role: set() for role in callers}
    broken: dict[str, str] = {}

    for operation in operations:

        @QUIET
        @given(case=operation.as_strategy(), row_id=known, real=st.booleans())
        def throw(case: Any, row_id: str, real: bool) -> None:
            if real and case.path_parameters:  # an address that exists gets past the first 404
                case.path_parameters = dict.fromkeys(case.path_parameters, row_id)
            for role in callers:
                answer = send(client, case, headers[role])
                seen[role].add(answer.status_code)
                if answer.status_code >= 500:
                    broken[f"{case.method} {case.path} as {role}"] = (
                        f"{answer.status_code} for {case.body!r} {case.query!r}"
                    )

        throw()
    assert broken == {}
    for role in callers:
        assert {200, 404, 422} <= seen[role]  # each did get through the door, and was refused as well


def send(client: Any, case: Any, headers: dict[str, str]) -> Any:
    """The generated request through the test client."""
    call = case.as_transport_kwargs(base_url="http://localhost")
    return client.open(
        client.base + call["url"].removeprefix("http://localhost").removeprefix(client.base),
        method=call["method"],
        headers={**{k: str(v) for k, v in (call.get("headers") or {}).items()}, **headers},
        query_string=call.get("params"),
        json=call.get("json") if "json" in call else None,
        data=call.get("data"),
    )
