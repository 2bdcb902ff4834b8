"""PluginContract: the rules every plugin keeps, as tests. A plugin's test_contract.py is one line:

    class TestContract(PluginContract): plugin = "rooms"
"""

from typing import ClassVar

from flask import Flask

from anxin.extension.check import problems
from anxin.kernel.db import sealed_columns
from anxin.kernel.runtime import Runtime


class PluginContract:
    """Subclass it and name the plugin."""

    plugin: ClassVar[str]

    def test_manifest_has_no_problem(self, runtime: Runtime) -> None:
        registry = runtime.registry
        others = [plugin for name, plugin in registry.plugins.items() if name != self.plugin]
        assert not list(problems(self.plugin, registry.plugins[self.plugin], registry.core, others))

    def test_every_route_is_guarded(self, app: Flask) -> None:
        for name in (self.plugin, f"{self.plugin}-api"):
            views = {e: v for e, v in app.view_functions.items() if e.partition(".")[0] == name}
            assert all(hasattr(view, "__guard__") for view in views.values())

    def test_personal_models_say_whose_data_they_are(self, runtime: Runtime) -> None:
        for model in runtime.registry.plugins[self.plugin].models:
            if sealed_columns(model):
                assert model.__subject__, f"{model.__name__} seals columns but names no subject"
