"""doorstep: GBCS Commands delivered to smart meters through the home's own network.

The package is laid out as the road that a Command travels. See ``docs/architecture.md``.
"""

__version__ = "0.1.0"
