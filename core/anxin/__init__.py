"""Anxin (安心): an open, multi-tenant platform for Employee Assistance Programmes. Core names no plugin."""

__version__ = "0.1.0"
