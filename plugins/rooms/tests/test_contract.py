"""The rules every plugin keeps."""

from datetime import timedelta

from anxin.testing import PluginContract
from anxin_rooms.models import Booking, Closing, Equipment, Holder, Room, Site, Ticket, Wait


class TestContract(PluginContract):
    plugin = "rooms"

    def rows(self, ctx, person_id):
        site = ctx.add(Site(name="x"))
        ctx.db.flush()
        room = ctx.add(Room(site_id=site.id, name="x", type="group", code="X"))
        ctx.db.flush()
        span = {"starts_at": ctx.now, "ends_at": ctx.now + timedelta(hours=1)}
        booking = ctx.add(Booking(room_id=room.id, confidential=False, organiser_id=person_id, **span))
        closing = ctx.add(Closing(site_id=site.id, room_id=room.id, kind="closed", **span))
        equipment = ctx.add(Equipment(room_id=room.id, name="x"))
        ticket = ctx.add(Ticket(room_id=room.id, text="x"))
        wait = ctx.add(Wait(room_id=room.id, person_id=person_id, **span))
        ctx.db.flush()
        ctx.add(Holder(booking_id=booking.id, person_id=person_id, starts_at=ctx.now))
        return {
            "site": site.id,
            "room": room.id,
            "booking": booking.id,
            "closing": closing.id,
            "equipment": equipment.id,
            "ticket": ticket.id,
            "wait": wait.id,
        }
