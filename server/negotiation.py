"""Which media type an answer has, and which ones a request may have."""

from typing import Final

from starlette.requests import Request

from server.refusals import WrongMediaType

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"
EVENTS: Final = "text/event-stream"

_OURS: Final = {
    GRAPHQL: GRAPHQL,
    EVENTS: EVENTS,
    JSON: JSON,
    "application/*": JSON,
    "*/*": JSON,
}


def media_type_for(accept: str | None) -> str | None:
    """The media type that an Accept header ranks first among ours; None when it wants none.

    Events are what is ranked first only: urql lists them last with every query, and expects JSON.
    """
    if not accept:
        return JSON
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            continue
        if weight > 0 and kind in _OURS:
            ranked.append((-weight, place, _OURS[kind]))
    return min(ranked)[2] if ranked else None


def check_body(request: Request) -> None:
    """Take JSON as it is, and nothing else.

    What a form can send without the browser asking first (text/plain, a form's own types) is
    refused here, so that no foreign page can send an operation.

    Raises:
        WrongMediaType: another media type, or a body that is compressed.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != JSON:
        raise WrongMediaType(f"Send {JSON}.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise WrongMediaType("Send the body as it is, without compression.")
