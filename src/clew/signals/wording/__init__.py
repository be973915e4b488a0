"""Phrases of published signs."""
