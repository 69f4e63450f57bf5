"""A client's session history as a PDF."""
