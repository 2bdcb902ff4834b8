"""The shipped plugins' tests use the fixtures that every plugin author gets."""

pytest_plugins = ["anxin.testing"]
