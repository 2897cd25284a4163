"""How fast the GBCS language is, beside what its cryptography alone allows: ``python -m benchmarks``."""
