"""Questionnaires in and out: one plain form in the middle, FHIR R4 and tables at its sides. No database."""
