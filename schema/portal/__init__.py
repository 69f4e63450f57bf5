"""What the API says to clients: a schema of its own, at /portal/graphql."""
