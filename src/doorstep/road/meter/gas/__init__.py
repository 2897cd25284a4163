"""The gas meter (GSME): attributes and commands of ZigBee clusters, in GBZ, behind a tunnel that sleeps.

=======================  =========================================================================
:mod:`.machine`          :class:`~doorstep.road.meter.gas.machine.Gsme`: events in, events out
:mod:`.waking`           when it is awake, and what it does then, as one table
:mod:`.reports`          what it tells its mirror
:mod:`.config`           what it is and trusts, and when it wakes
:mod:`.execute`          the components of a Command, one after the other
:mod:`.attributes`       every attribute that holds a value, as a row
:mod:`.commands`         every command, as a row: who may send it, what it does, what answers it
:mod:`.schedule`         commands that are for later
:mod:`.prepayment`       payment mode, credit, debts and top-ups
:mod:`.supply`           the valve
:mod:`.tariff`           tariff, prices and calendars
:mod:`.housekeeping`     messages, identity, event configuration, billing, sampling
:mod:`.events`           the logs of events, told and cleared
:mod:`.conditions`       what is noted when it begins to hold, as rows
:mod:`.alerts`           the Alert on a future-dated command
:mod:`.state`            everything of this as one frozen value ...
:mod:`.memory`           ... and as entries to remember
=======================  =========================================================================
"""
