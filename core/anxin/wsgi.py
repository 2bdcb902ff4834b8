"""The WSGI application that granian serves; settings come from the environment."""

from anxin.app import create_app

app = create_app()
