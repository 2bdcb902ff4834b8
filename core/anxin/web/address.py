"""Routes that cost little until somebody asks for their address."""

from typing import Any

from werkzeug.routing import Rule


class Address(Rule):
    """A route whose builder is compiled at its first address: two for each of a thousand routes were a tenth of every
    start, and a process builds the addresses of a few."""

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        compiled = super()._compile_builder

        def build(rule: Address, **values: Any) -> tuple[str, str]:
            made = compiled(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", made)
            return made(**values)

        return build
