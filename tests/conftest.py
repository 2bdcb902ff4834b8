"""All suites use the fixtures that plugin authors get."""

from hypothesis import settings

# a busy machine is no bug: property tests have no deadline per example
settings.register_profile("anxin", deadline=None)
settings.load_profile("anxin")

pytest_plugins = ["anxin.testing"]
collect_ignore = ["sample_plugin"]  # a distribution of its own: contracts/test_sample_plugin.py installs and runs it
