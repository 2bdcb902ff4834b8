"""The platform's fixtures: tenant, other_tenant, ctx, person, client_as, give_consent, run_jobs …"""

pytest_plugins = ["anxin.testing"]
