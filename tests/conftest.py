"""All suites use the fixtures that plugin authors get."""

pytest_plugins = ["anxin.testing"]
