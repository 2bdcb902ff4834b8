[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "anxin-plugname"
version = "0.1.0"
description = "Plugtitle, a plugin of Anxin"
requires-python = ">=3.11"
dependencies = ["anxin>=0.1,<0.2"]

# this line is how the platform finds the plugin
[project.entry-points."anxin.plugins"]
plugname = "anxin_plugname.plugin"

[tool.hatch.build]
dev-mode-dirs = ["."]  # an editable install is one .pth file

[tool.hatch.build.targets.wheel]
packages = ["anxin_plugname"]

[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = ["--import-mode=importlib"]
