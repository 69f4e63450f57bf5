"""GraphiQL: the page that a browser gets at the GraphQL endpoint, and all that it loads."""

from server.graphiql.files import assets
from server.graphiql.page import page

__all__ = ["assets", "page"]
