"""The core's own rooms, gathered in the shape plugins use. A room is listed here once and nowhere else."""

from pathlib import Path

from flask import Flask

from anxin.audit import api as audit_api
from anxin.audit import pages as audit_pages
from anxin.audit import policy as audit
from anxin.consent import api as consent_api
from anxin.consent import pages as consent_pages
from anxin.consent import policy as consent
from anxin.contracts import api as contracts_api
from anxin.contracts import pages as contracts_pages
from anxin.contracts import policy as contracts
from anxin.extension.registry import CoreParts, Registry
from anxin.files import policy as files
from anxin.identity import api as identity_api
from anxin.identity import (  # noqa: F401  (their routes join the room's blueprint)
    me_pages,
    people_pages,
    phone_pages,
    roster_api,
    roster_pages,
    scim_pages,
    second_pages,
    settings_pages,
    signin_api,
)
from anxin.identity import pages as identity_pages
from anxin.identity import policy as identity
from anxin.kernel.entry import Refused
from anxin.notices import api as notices_api
from anxin.notices import pages as notices_pages
from anxin.notices import policy as notices
from anxin.reports import api as reports_api
from anxin.reports import pages as reports_pages
from anxin.reports import policy as reports
from anxin.resources import policy as resources
from anxin.safety import api as safety_api
from anxin.safety import pages as safety_pages
from anxin.safety import policy as safety
from anxin.tasks import api as tasks_api
from anxin.tasks import pages as tasks_pages
from anxin.tasks import policy as tasks
from anxin.tenancy import api as tenancy_api
from anxin.tenancy import pages as tenancy_pages
from anxin.tenancy import policy as tenancy
from anxin.web import home

POLICIES = (tenancy, resources, identity, consent, audit, safety, notices, files, tasks, contracts, reports)
PAGES = (
    home.bp,
    tenancy_pages.bp,
    identity_pages.bp,
    consent_pages.bp,
    audit_pages.bp,
    safety_pages.bp,
    notices_pages.bp,
    tasks_pages.bp,
    contracts_pages.bp,
    reports_pages.bp,
)
APIS = (
    tenancy_api.bp,
    identity_api.bp,
    consent_api.bp,
    audit_api.bp,
    safety_api.bp,
    notices_api.bp,
    tasks_api.bp,
    contracts_api.bp,
    reports_api.bp,
)


def core_parts() -> CoreParts:
    """Each room's policy.py says, as module constants, what a manifest says for a plugin."""
    parts = CoreParts(entries=[Refused])
    for policy in POLICIES:
        parts.permissions += policy.PERMISSIONS
        parts.purposes += policy.PURPOSES
        parts.entries += policy.ENTRIES
        parts.jobs += policy.JOBS
        parts.nav += policy.NAV
        parts.settings |= policy.SETTINGS
        parts.notices += getattr(policy, "NOTICES", ())
        parts.subjects += getattr(policy, "SUBJECTS", ())
        parts.retention += policy.RETENTION
        parts.personal_data += policy.PERSONAL_DATA
    return parts


def register_blueprints(app: Flask, registry: Registry) -> None:
    for pages in (*PAGES, *(plugin.pages for plugin in registry.plugins.values())):
        if pages is not None:
            app.register_blueprint(pages)
    api = app.extensions["anxin.api"]
    for blueprint in (*APIS, *(plugin.api for plugin in registry.plugins.values())):
        if blueprint is not None:
            api.register_blueprint(blueprint)


def plugin_templates(registry: Registry) -> dict[str, Path]:
    """Where each plugin keeps its templates (addressed as "<name>/page.html")."""
    return {
        name: Path(plugin.pages.root_path) / "templates"
        for name, plugin in registry.plugins.items()
        if plugin.pages is not None
    }
