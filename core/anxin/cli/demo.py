"""`anxin demo`: `anxin up` on a folder of its own, with invented tenants and a sign-in provider."""

from pathlib import Path

import click

from anxin import demo as story
from anxin.cli.options import (
    data_option,
    environment,
    host_option,
    port_option,
    settings_option,
    verbose_option,
)
from anxin.cli.up import check_preconditions
from anxin.embedded.programs import demo_provider, platform_programs
from anxin.embedded.supervisor import Supervisor
from anxin.settings import Settings

DEFAULT_DATA = Path("var/demo")
LOOPBACK = "127.0.0.0/8"  # the provider is on this machine: the guarded client must be allowed to reach it


@click.command()
@data_option
@port_option
@host_option
@verbose_option
def demo(data: Path | None, port: int | None, host: str | None, verbose: bool) -> None:
    """Run the demo: three invented tenants and a sign-in provider.

    The first start fills the data folder (default ./var/demo) with invented people; later starts keep
    what you did. The sign-ins are printed after `ready:`.

    \b
    Examples:
      anxin demo
      anxin demo --port 8080 --data /tmp/anxin-demo
    """
    given = environment(ANXIN_PORT=port, ANXIN_HOST=host)
    reachable = ",".join(filter(None, (given.get("ANXIN_OUTBOUND_ALLOW"), LOOPBACK)))
    env = {**given, "ANXIN_OUTBOUND_ALLOW": reachable}
    place = data or (None if given.get("ANXIN_DATA") else DEFAULT_DATA)
    settings = Settings.load(place, env)
    check_preconditions(settings, (settings.demo_provider_port,))
    Supervisor(
        settings,
        [demo_provider(), *platform_programs(settings)],
        env=env,
        prepare=(("db", "upgrade"), ("demo-seed",)),
        announce=lambda outputs: click.echo(outputs[-1], nl=False),
        verbose=verbose,
    ).run()


@click.command()
@settings_option
def seed(settings: Settings) -> None:
    """Fill a new data folder and print the sign-ins. Example: anxin demo-seed --data var/demo"""
    if not (settings.data_dir / "demo-seeded").exists():
        from anxin.cli.seeding import seed_once  # brings all rooms: seconds that later starts need not wait

        seed_once(settings)
    for line in story.sign_ins(settings):
        click.echo(line)


@click.command()
@settings_option
def provider(settings: Settings) -> None:
    """Serve the demo's OpenID provider. Example: anxin demo-provider --data var/demo"""
    from anxin.demo.places import (
        employer_folder,
    )  # neither `anxin demo` nor its seeding needs Authlib's server
    from anxin.demo.provider import main as serve  # as above

    serve(["--data", str(employer_folder(settings)), "--port", str(settings.demo_provider_port)])
