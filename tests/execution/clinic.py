"""A small schema of its own, for what knows no product."""

from typing import Final

from graphql import GraphQLSchema, build_schema

from execution.documents import Documents
from execution.limits import Assumptions, Limits

SCHEMA: Final[GraphQLSchema] = build_schema("""
    type Query {
      one: Thing
      all: [Thing!]!
      page(first: Int, last: Int): Things!
      same(texts: [[String]], how: How, with: Thing_): String
    }
    type Mutation { signIn: Thing, change: Thing }
    type Things { nodes: [Thing!]!, edges: [Edge!], summary: Thing, total: Int }
    type Edge { node: Thing! }
    type Thing {
      id: ID
      name: String
      one: Thing
      all: [Thing!]!
      few: [Thing]
      page(first: Int, last: Int): Things
    }
    enum How { WELL, BADLY }
    input Thing_ { texts: [String], inner: Thing_ }
""")
ASSUMPTIONS: Final = Assumptions(list_lengths={"few": 2}, once=frozenset({"signIn"}))


def documents(limits: Limits | None = None, *, most_bytes: int = 1_000_000) -> Documents:
    """An empty cache of documents of this schema."""
    return Documents(SCHEMA, limits or Limits(), ASSUMPTIONS, most_bytes=most_bytes)
