"""The Communications Hub: it knows the home's Devices, routes by GBCS 10.8.2, and holds what must wait.

====================  ==============================================================================
:mod:`.routing`       the rule, as a table: what becomes of a message from where, of which kind
:mod:`.machine`       :class:`Hub`, the stop itself
--------------------  ------------------------------------------------------------------------------
:mod:`.post`          messages to Devices: queues, tunnels and time limits
:mod:`.tunnels`       one tunnel end for each Device
:mod:`.gas`           how a GSME fetches its messages
:mod:`.uplink`        messages to remote parties, and copies for relays
:mod:`.wan`           what waits for the WAN, and is sent again until it is taken
:mod:`.returns`       which relay a Command came from
:mod:`.store`         messages that wait, written down while they do
--------------------  ------------------------------------------------------------------------------
:mod:`.device_log`    the CHF Device Log
:mod:`.membership`    how it changes, and what follows
:mod:`.joining`       who may join the network, until when and with which key
:mod:`.identification` what a Device says that it is
--------------------  ------------------------------------------------------------------------------
:mod:`.function`      CHF and GPF as Devices that execute Commands and send Alerts
:mod:`.chf`           the CHF ...
:mod:`.chf_objects`   ... its COSEM objects, as rows ...
:mod:`.state`         ... and what it must not forget
:mod:`.firmware`      activation of the hub's own firmware, CS06
:mod:`.upgrades`      ... as it comes, and what is said of it
:mod:`.replacements`  security credentials that are replaced later, CS02b
:mod:`.alerts`        the Alerts that the hub sends of its own accord, as rows
:mod:`.event_log`     its own Event Log and Security Log
:mod:`.journal`       notes for whoever watches, and events for the logs
--------------------  ------------------------------------------------------------------------------
:mod:`.config`        what a hub is told about itself, and its choices
:mod:`.events`        what it hears and does
====================  ==============================================================================
"""
