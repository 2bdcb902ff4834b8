"""The guarded outbound client as the sign-in code wants it, with the operator's allowances."""

from anxin.identity.oidc import Http
from anxin.settings import Settings


def http_client(settings: Settings) -> Http:
    raise NotImplementedError  # replaced below once kernel.outbound exists
