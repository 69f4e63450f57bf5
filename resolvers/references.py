"""Things that a row is about to name: they must be there, and stay until it does."""

from models.identifiers import Kind, kind_of
from resolvers.context import Context
from resolvers.problems import NotThere, Undone


async def hold_client(context: Context, identifier: str) -> str:
    """The id of a client who cannot be deleted until the transaction is over.

    Raises:
        Undone: no such client of this practitioner.
    """
    rows = []
    if kind_of(identifier) is Kind.CLIENT:
        rows = await context.connection.fetch(
            "SELECT client.id FROM client WHERE client.practitioner_id = $1 "
            f"AND client.id = $2{context.connection.for_reference}",
            [context.principal.practitioner_id, identifier],
        )
    if not rows:
        raise Undone(NotThere(identifier, "input", "clientId"))
    return identifier
