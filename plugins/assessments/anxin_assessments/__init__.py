"""Assessments: self-tests, campaigns and what follows from an answer. The manifest is in `plugin.py`."""
