"""Makers of the golden files in test/goldens, one module per file."""
