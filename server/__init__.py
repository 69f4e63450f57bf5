"""How the server is reached: HTTP, health, settings, logs, the command line."""
