"""The rules every plugin keeps."""

from anxin.testing import PluginContract


class TestContract(PluginContract):
    plugin = "volunteers"
