"""The rim: all I/O."""
