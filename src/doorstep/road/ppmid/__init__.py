"""The PPMID, or an HHT in its place: it takes Commands from its User and hands them to the hub's tunnel.

====================  ==============================================================================
:mod:`.machine`       :class:`Ppmid`, the stop itself
:mod:`.relaying`      the User's side: Commands taken on, carried whole or in blocks, reported on
:mod:`.tunnelling`    its end of the tunnel with the hub
:mod:`.deliveries`    the deliveries it knows of, and how far each has come
:mod:`.screen`        the reading of meters: in turn, out of turn, and when it is old
:mod:`.display`       what is shown: one table from attribute to field
:mod:`.effects`       evidence: effects of delivered Commands, seen on the home's network
:mod:`.consumer`      what is keyed in: top-up, emergency credit, supply
:mod:`.own`           what it is itself: messages with its own keys and counter
:mod:`.own_commands`  the Commands that it executes
:mod:`.inquiries`     requests by ZCL, and their answers
:mod:`.config`        what a PPMID is told about itself, and its choices
:mod:`.events`        what it hears and does
====================  ==============================================================================
"""
