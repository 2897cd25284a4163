"""Fuzzing: bytes that nobody thought of, chosen by what they reach in our code. See ``docs/fuzzing.md``."""
