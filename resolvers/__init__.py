"""What the API does: one file for each capability."""
