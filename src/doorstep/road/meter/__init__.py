"""The meter, last stop of the road: it verifies a Command, counts it, executes it and answers.

What any Device does with a Command is in :mod:`doorstep.road.device`; here is what makes it a meter.

=======================  =========================================================================
:mod:`.machine`          :class:`~doorstep.road.meter.machine.Meter`: events in, events out
:mod:`.config`           what a meter is and trusts, and the choices left open
:mod:`.execute`          the components of a Command, one after the other
:mod:`.registers`        every attribute that holds a value, as a row
:mod:`.methods`          every method, as a row
:mod:`.activations`      which passive value becomes which active one, as rows
:mod:`.schedule`         ... at once, at a future time, or not at all
:mod:`.prepayment`       credits, debts and top-ups
:mod:`.supply`           the load switch
:mod:`.conditions`       what is noted when it begins to hold
:mod:`.alerts`           the Alert on a future-dated instruction
:mod:`.state`            everything of this as one frozen value ...
:mod:`.memory`           ... and as entries to remember
=======================  =========================================================================
"""
