"""The Communications Hub: it knows the home's Devices, routes by GBCS 10.8.2, and holds what must wait.

====================  ==============================================================================
:mod:`.routing`       the rule, as a table: what becomes of a message from where, of which kind
:mod:`.device_log`    the CHF Device Log
:mod:`.machine`       :class:`Hub`, the stop itself
:mod:`.post`          messages to Devices: queues, tunnels and time limits
:mod:`.tunnels`       one tunnel end for each Device
:mod:`.gas`           how a GSME fetches its messages
:mod:`.store`         messages that wait, written down while they do
:mod:`.returns`       which relay a Command came from
:mod:`.config`        what a hub is told about itself, and its choices
:mod:`.events`        what it hears and does
====================  ==============================================================================
"""
