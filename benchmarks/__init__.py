"""How fast doorstep is, beside what its libraries alone allow: ``python -m benchmarks``."""
