"""Where the plugin meets other rooms, and what its README promises."""

from pathlib import Path
from typing import Any

import pytest

from anxin_assessments import policy
from anxin_assessments.plugin import register
from anxin_assessments.services import sheets


def asked(runtime: Any, ctx: Any, hook: str, **arguments: Any) -> Any:
    answers = {answer.plugin: answer for answer in runtime.registry.call(ctx, hook, **arguments)}
    assert not answers["assessments"].failed
    return answers["assessments"].value


@pytest.fixture
def page(app: Any, tenant: Any) -> Any:
    """Inside a request, so that addresses can be made."""
    with app.test_request_context(f"/t/{tenant.slug}/"):
        yield


def test_the_home_page_offers_a_self_test(page: Any, runtime: Any, person: Any, as_person: Any) -> None:
    with as_person(person("employee")) as ctx:
        (card,) = asked(runtime, ctx, "home_cards")
    assert card.href == "/assessments/"


def test_those_without_the_permission_are_offered_nothing(
    page: Any, runtime: Any, agency_person: Any, as_person: Any, new_tenant: Any, person: Any
) -> None:
    tenant = new_tenant(roles={"keeper": {}})
    with as_person(person("keeper", tenant=tenant)) as ctx:
        assert asked(runtime, ctx, "home_cards") == []
        assert asked(runtime, ctx, "figures") == []


def test_a_counsellor_finds_the_way_and_an_admin_does_not(
    page: Any, runtime: Any, person: Any, agency_person: Any, as_person: Any
) -> None:
    someone = person("employee")
    with as_person(agency_person(), "assigned", purpose=policy.SHARE.name) as ctx:
        (panel,) = asked(runtime, ctx, "person_panels", person_id=someone.id)
        assert str(someone.id) in panel.html
    with as_person(person("admin"), "tenant") as ctx:
        assert asked(runtime, ctx, "person_panels", person_id=someone.id) == []


def test_the_workbench_counts_in_steps(
    page: Any, runtime: Any, person: Any, agree: Any, as_person: Any
) -> None:
    for _number in range(6):
        someone = person("employee")
        agree(someone)
        with as_person(someone) as ctx:
            sheets.fill(ctx, "k6", [0] * 6)
    with as_person(person("admin"), "tenant") as ctx:
        (figure,) = asked(runtime, ctx, "figures")
    assert figure.value.value == 5


def test_the_readme_names_everything_the_manifest_declares() -> None:
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
    plugin = register()
    names = [
        *(one.name for one in plugin.permissions),
        *(one.name for one in plugin.purposes),
        *(one.action for one in plugin.audit),
        *(one.name for one in plugin.jobs),
        *(one.code for one in plugin.notices),
    ]
    assert [name for name in names if f"`{name}`" not in readme] == []
