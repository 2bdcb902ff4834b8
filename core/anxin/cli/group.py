"""A click group that imports a command when it runs, and ends known errors in one line and an exit code."""

import importlib
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import click

REFUSED, UNUSABLE = 1, 2


class Known(NamedTuple):
    """An error an operator can act on: its class by name, the words before its message, and the exit code."""

    module: str
    name: str
    code: int
    prefix: str = ""


# By name, since importing the classes here would slow down every `--help`; one that was raised is loaded.
KNOWN = (
    Known("anxin.settings", "SettingsError", UNUSABLE),
    Known("anxin.embedded.lock", "FolderBusy", UNUSABLE),
    Known("anxin.embedded.services", "ServiceError", REFUSED),
    Known("anxin.cli.backup_set", "BackupError", REFUSED),
    Known("anxin.kernel.errors", "AnxinError", REFUSED),
    Known("sqlalchemy.exc", "OperationalError", REFUSED, "the database does not answer: "),
    Known("psycopg", "OperationalError", REFUSED, "the database does not answer: "),
    Known("redis", "ConnectionError", REFUSED, "Redis does not answer: "),
)


class Others(Protocol):
    """Where further commands come from: their names, and one of them by name."""

    def names(self) -> Sequence[str]: ...

    def command_of(self, name: str) -> click.Command | None: ...


class LazyGroup(click.Group):
    """`commands` maps a name to ("module:object", one-line help); `others` brings those of plugins."""

    def __init__(
        self,
        name: str,
        *,
        commands: Mapping[str, tuple[str, str]],
        hidden: Collection[str] = (),
        others: Others | None = None,
        help: str,
    ) -> None:
        super().__init__(name, help=help, no_args_is_help=True)
        self.places, self.hidden_names, self.others = commands, hidden, others

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in self.places if name not in self.hidden_names] + self._further()

    def _further(self) -> list[str]:
        return [name for name in self.others.names() if name not in self.places] if self.others else []

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.places:
            return self.others.command_of(cmd_name) if self.others else None
        module, _, attribute = self.places[cmd_name][0].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            own = [name for name in self.places if name not in self.hidden_names]
            formatter.write_dl([(name, self.places[name][1]) for name in own])
        if further := self._further():
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(name, f"see anxin {name} --help") for name in further])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            known = _known(error)
            if known is None:  # a bug: it keeps its trace
                raise
            text = str(getattr(error, "message", None) or getattr(error, "orig", None) or error)
            fail(known.prefix + " ".join(text.split()), known.code)


def fail(line: str, code: int) -> None:
    """End with one line on standard error."""
    click.echo(f"anxin: {line}", err=True)
    raise click.exceptions.Exit(code)


def _known(error: Exception) -> Known | None:
    for known in KNOWN:
        kind = getattr(sys.modules.get(known.module), known.name, None)
        if kind is not None and isinstance(error, kind):
            return known
    return None
