"""Work after the request; each job stands beside the service that asks for it."""

from anxin_rooms.services.changing import tell
from anxin_rooms.services.clockwork import clockwork
from anxin_rooms.services.keeping import clear
from anxin_rooms.services.served import count
from anxin_rooms.services.waiting import offer

JOBS = [tell, offer, clear, clockwork, count]
