"""The supplier's stop: an order comes in, and ends in an outcome that is known, or is said to be unknown.

:class:`~doorstep.road.supplier.machine.Supplier` is the machine. What it is made of, in the order of an
order's way through it:

* :mod:`.orders`, what is wanted and by which route; :mod:`.sequencer`, the counter it is given;
* :mod:`.exchange` with the DCC, by way of :mod:`.posts` (retries) and :mod:`.gateway` (documents);
  :mod:`.correlate`, without which nothing is signed;
* :mod:`.relays`, the homes' PPMIDs; :mod:`.responses` and :mod:`.outcome`, what a Device's answer proves;
* :mod:`.delivery`, the states and the one table of how they follow each other; :mod:`.book`, where all is
  written down; :mod:`.desk`, where the parts meet.
"""
