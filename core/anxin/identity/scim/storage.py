"""Where `scim2-server` reads and writes: our people and groups, through one context."""

from typing import Any

import sqlalchemy as sa
from scim2_models import (
    NotImplementedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
)
from scim2_models.path import CompareOperator, Comparison
from scim2_server.storage import ScimStorage, SearchPage

from anxin.identity.entries import PeopleRead
from anxin.identity.factor_models import ScimUser
from anxin.identity.models import Person
from anxin.identity.scim import groups, people
from anxin.kernel.ctx import Ctx


class TenantStorage(ScimStorage):
    """One request's storage. Whoever reads people leaves an entry, a program like everybody."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        if resource_type.name == "Group":
            return groups.resources(self._ctx, [groups.row(self._ctx, resource_id)])[0]
        found = people.one(self._ctx, resource_id)
        self._ctx.audit(PeopleRead(count=1))
        return people.resources(self._ctx, [found])[0]

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Search Users or Groups, not both at once")
        is_group = resource_types[0].name == "Group"
        first, most = search_request.start_index_0 or 0, search_request.count
        if not is_group and search_request.filter is None and search_request.sort_by is None:
            rows = people.page(self._ctx, first, most if most is not None else 200)
            self._ctx.audit(PeopleRead(count=len(rows)))
            return SearchPage(people.count(self._ctx), people.resources(self._ctx, rows))
        candidates = self._groups() if is_group else self._people(search_request.filter)
        matching = search_request.filter
        found = [one for one in candidates if matching is None or matching.match(one)]
        if search_request.sort_by is not None:
            found = search_request.sort(found)
        last = None if most is None else first + most
        return SearchPage(len(found), found[first:last])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        return self._of(resource_type).create(self._ctx, resource)

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        return self._of(resource_type).update(self._ctx, resource, expected_version)

    def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        self._of(resource_type).delete(self._ctx, resource_id, expected_version)

    @staticmethod
    def _of(resource_type: ResourceType) -> Any:
        return groups if resource_type.name == "Group" else people

    def _groups(self) -> list[Any]:
        return groups.resources(self._ctx, groups.all_of(self._ctx))

    def _people(self, matching: ScimFilter[Any] | None) -> list[Any]:
        """Candidates for a filter: what directories ask for goes through an index, anything else reads everybody."""
        rows = people.rows(self._ctx, *_narrower(matching))
        self._ctx.audit(PeopleRead(count=len(rows)))
        return people.resources(self._ctx, rows)


def _narrower(matching: ScimFilter[Any] | None) -> list[Any]:
    node = matching.ast if matching is not None else None
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq or not isinstance(node.value, str):
        return []
    name = str(node.attr_path).rpartition(":")[2].lower()
    value = node.value.strip()
    if name == "username":
        by_number = sa.and_(ScimUser.id.is_(None), sa.func.lower(Person.number) == value.lower())
        person_id = people.as_id(value)
        itself = [Person.id == person_id] if person_id else []
        return [sa.or_(ScimUser.user_name == value.lower(), by_number, *itself)]
    if name == "externalid":
        return [ScimUser.external_name == value]
    if name == "employeenumber":
        return [sa.func.lower(Person.number) == value.lower()]
    if name == "id":
        return [Person.id == (people.as_id(value) or people.UUID(int=0))]
    return []
