"""What all tests share: how hypothesis runs."""

from __future__ import annotations

from hypothesis import settings

# Speed is measured by `make bench`, never by a test; and what fails is to be run again from what is printed.
settings.register_profile("doorstep", deadline=None, print_blob=True)
settings.load_profile("doorstep")
