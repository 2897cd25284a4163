"""Independent judges: programs and libraries by others that must read our messages as we do."""
