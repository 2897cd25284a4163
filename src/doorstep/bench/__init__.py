"""The bench: homes and a street made of the road's own machines, joined by links in virtual time.

Virtual time is a number that moves from one event to the next, so a month of retries takes as long as
its events do, and every run with the same seed is the same run.
"""
