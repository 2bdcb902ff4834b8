"""Where the demo's files lie: the tenant files and rosters in a checkout or in the wheel, and what a demo
writes into its data folder.
"""

from dataclasses import replace
from pathlib import Path

from anxin.settings import Settings
from anxin.tenancy.files import Provider, TenantFile, load

PACKAGE = Path(__file__).resolve().parent
SLUGS = ("mingxin", "qinghe", "dongling")  # the agency before its contracts, the parent before its child
EMPLOYER = "dongling"


def folder() -> Path:
    """The demo's tenant files: tenants/demo of the checkout, else the copy inside the wheel."""
    places = (PACKAGE.parents[2] / "tenants" / "demo", PACKAGE / "tenants")
    return next(place for place in places if (place / "dongling.toml").is_file())


def tenants(settings: Settings) -> list[TenantFile]:
    """The demo's tenants, with the employer's provider at the address where this demo serves it."""
    return [_here(load(folder() / f"{slug}.toml"), settings) for slug in SLUGS]


def _here(tenant: TenantFile, settings: Settings) -> TenantFile:
    providers = tuple(_served_here(each, settings) for each in tenant.providers)
    return replace(tenant, providers=providers)


def _served_here(provider: Provider, settings: Settings) -> Provider:
    return replace(provider, issuer=issuer(settings), secret_env=None, secret_file=str(secret_file(settings)))


def roster(slug: str) -> Path | None:
    path = folder() / f"{slug}-roster.xlsx"
    return path if path.is_file() else None


def issuer(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.demo_provider_port}"


def employer_folder(settings: Settings) -> Path:
    """The provider's own folder: its signing key, its people, and the secret it gave to the platform."""
    return settings.data_dir / "employer"


def secret_file(settings: Settings) -> Path:
    return employer_folder(settings) / "client-secret"
