"""The electricity meter (ESME): COSEM objects, their values and methods, and what follows from them.

=======================  =========================================================================
:mod:`.machine`          :class:`~doorstep.road.meter.electricity.machine.Esme`: events in, events out
:mod:`.config`           what it is and trusts
:mod:`.execute`          the components of a Command, one after the other
:mod:`.registers`        every attribute that holds a value, as a row
:mod:`.readings`         attributes that follow from the time and from what the home uses, as rows
:mod:`.logs`             buffers of profiles and of events, as rows
:mod:`.selection`        ... and which of their entries a Command asks for
:mod:`.clock`            the clock is set
:mod:`.methods`          every method, as a row
:mod:`.activations`      which passive value becomes which active one, as rows
:mod:`.schedule`         ... at once, at a future time, or not at all
:mod:`.prepayment`       credits, debts and top-ups
:mod:`.supply`           the load switch
:mod:`.clusters`         the same registers as ZigBee attributes, and what a display may ask, as rows
:mod:`.serving`          a display asks: who may, and what answers it
:mod:`.conditions`       what is noted when it begins to hold, as rows
:mod:`.alerts`           the Alert on a future-dated instruction
:mod:`.state`            everything of this as one frozen value ...
:mod:`.memory`           ... and as entries to remember
=======================  =========================================================================
"""
