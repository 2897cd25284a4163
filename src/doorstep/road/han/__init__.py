"""The home's network: the radio of one box, as a machine between application payloads and radio frames.

A stop says ``Send(asdu)`` and hears ``Heard(asdu)``; the radio under it makes real ZigBee of that: MAC,
network and APS layers with their keys, counters, blocks and acknowledgements, joining with an install
code, and a trust centre in the Communications Hub. See ``docs/han.md``.
"""
