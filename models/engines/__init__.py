"""The two databases under Tortoise. Nobody else asks which one it is."""
