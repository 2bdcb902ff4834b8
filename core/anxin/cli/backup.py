"""`anxin backup`: copy the database away, prove that a copy restores, and restore it into an empty set."""

from pathlib import Path
from typing import Any

import click

from anxin.cli.options import data_option, json_option, print_json
from anxin.settings import Settings

KEYS = (
    "The master key is not in it, and without it nobody can read what is sealed: keep keys/master.key and keys/audit.key "
    "apart from the backups (an envelope in a safe, a password manager), and never only on this machine."
)


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--verify", is_flag=True, help="Prove this backup: checksums, and a restore into a server of its own."
)
@click.option(
    "--restore", is_flag=True, help="Restore this backup into an empty set; refused into any other."
)
@data_option
@json_option
def backup(target: Path, verify: bool, restore: bool, data: Path | None, as_json: bool) -> None:
    """Write a backup to TARGET: a folder, or one file when its name ends in .tar.

    The database as of one moment, the audit trail's checkpoints and the ledger of erasures, for your eyes alone: names and
    addresses in it are readable, sealed fields are not. The platform may run meanwhile. No key is in it: keep keys/ apart.
    Mail and text messages that wait as files, logs and the job queue are not in it; what was committed is sent again from
    the database.

    To restore, put keys/ (and, when you have them, newer files of audit/) into a new data folder first. Whoever was erased
    since is erased again. Sessions of the moment of the backup are open again until they time out.

    \b
    Examples:
      anxin backup /backup/anxin-2026-11-22.tar --data /srv/anxin
      anxin backup /backup/anxin-2026-11-22.tar --verify
      anxin backup /backup/anxin-2026-11-22.tar --restore --data /srv/anxin-new
    """
    if verify and restore:
        raise click.UsageError("--verify and --restore are two commands")
    from anxin.cli import backing_up  # brings all rooms and plugins; `--help` must stay quick

    if restore:
        backing_up.insist_keys_are_here(Settings.load(data, create=False))
        manifest, erased = backing_up.restore(Settings.load(data), target)
        _tell(as_json, manifest, f"restored {target}", target=target, erased_again=erased)
    elif verify:
        manifest = backing_up.verify(target)
        fits = backing_up.key_fits(Settings.load(data, create=False), manifest)
        said = (
            ""
            if fits is None
            else f"the key of this data folder {'opens it' if fits else 'does NOT open it'}"
        )
        _tell(as_json, manifest, f"{target} restores", said, target=target, key_fits=fits)
    else:
        manifest = backing_up.make(Settings.load(data), target)
        _tell(as_json, manifest, f"wrote {target}", KEYS, target=target)


def _tell(as_json: bool, manifest: Any, did: str, also: str = "", **facts: Any) -> None:
    told = {
        "made_at": manifest.made_at,
        "version": manifest.version,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "master_key": manifest.master_key,
    }
    if as_json:
        print_json(facts | told)
        return
    click.echo(
        f"{did}: made {manifest.made_at}, {told['tables']} tables, {manifest.rows} rows, "
        f"sealed with master key {manifest.master_key}"
    )
    if facts.get("erased_again"):
        click.echo(f"{facts['erased_again']} keys deleted again")
    if also:
        click.echo(also)
