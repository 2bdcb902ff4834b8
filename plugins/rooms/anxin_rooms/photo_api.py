"""The API of rooms' pictures: the same services as the pages. A picture is sent as a multipart form's field "file"."""

from typing import Any
from uuid import UUID

from flask import request

from anxin.plugin import Ctx, file_answer, guard
from anxin_rooms.blueprint import api_bp as bp
from anxin_rooms.policy import BOOK, MANAGE
from anxin_rooms.schemas import RoomPhotoOutput, RoomPictureOutput
from anxin_rooms.services import catalogue, setting_up


@bp.get("/photos")
@guard(BOOK)
@bp.response(200, RoomPictureOutput(many=True))
def list_photos(ctx: Ctx) -> Any:
    """The rooms that can be booked and have a picture."""
    rooms = catalogue.known(ctx).rooms.values()
    return [{"room_id": room.id, "name": room.name} for room in rooms if room.has_photo]


@bp.put("/rooms/<uuid:room>/photo")
@guard(MANAGE)
@bp.response(200, RoomPhotoOutput)
def save_photo(ctx: Ctx, room: UUID) -> Any:
    """A multipart `file` (JPEG, PNG, WebP, up to 8 MB) in place of the picture before; drawn anew without its
    metadata."""
    row = setting_up.room(ctx, room)
    return setting_up.save_photo(ctx, row, setting_up.PICTURE.take(request))


@bp.get("/rooms/<uuid:room>/photo")
@guard(BOOK)
@bp.response(200)
def photo(ctx: Ctx, room: UUID) -> Any:
    """The picture, as a file."""
    return file_answer(*setting_up.photo(ctx, catalogue.room(ctx, room).id))


@bp.delete("/rooms/<uuid:room>/photo")
@guard(MANAGE)
@bp.response(204)
def drop_photo(ctx: Ctx, room: UUID) -> None:
    """Take the picture down; it is deleted."""
    setting_up.drop_photo(ctx, room)
