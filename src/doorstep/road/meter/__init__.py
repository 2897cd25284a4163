"""The meters, last stop of the road: they verify a Command, count it, execute it and answer.

What any Device does with a Command is in :mod:`doorstep.road.device`; here is what makes it a meter.

=======================  =========================================================================
:mod:`.machine`          :class:`~doorstep.road.meter.machine.Meter`: what both have in common
:mod:`.events`           what a meter hears and does
:mod:`.policy`           the choices left open
:mod:`.administration`   credentials, firmware, joins, clock: what both do with Commands in ASN.1
:mod:`.state`            what both must not forget ...
:mod:`.memory`           ... and as entries to remember
:mod:`.conditions`       what is noted when it begins to hold
:mod:`.logs`             what has happened to it, the last of it
:mod:`.usage`            what its home uses, by the half hour
:mod:`.credit`           how credit stands
:mod:`.top_up`           a top-up on either: which UTRN is new and authentic, and what it pays
:mod:`.electricity`      the ESME, of COSEM objects
:mod:`.gas`              the GSME, of ZigBee clusters, which sleeps
=======================  =========================================================================
"""
