"""The shipped plugins' tests use the fixtures that every plugin author gets."""

from hypothesis import settings

# a busy machine is no bug: property tests have no deadline per example
settings.register_profile("anxin", deadline=None)
settings.load_profile("anxin")

pytest_plugins = ["anxin.testing"]
