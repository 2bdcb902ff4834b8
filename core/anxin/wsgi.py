"""The WSGI application that granian serves; settings come from the environment."""

from sqlalchemy.orm import configure_mappers

from anxin import start
from anxin.app import create_app

app = create_app()
configure_mappers()  # or the first request waits for it
start.settled()
