"""The road that a Command travels, stop by stop; every stop is a machine without I/O.

1. :mod:`~doorstep.road.supplier` asks the DCC for a Command and decides how it travels;
2. :mod:`~doorstep.road.dcc` checks the request and makes the Command;
3. :mod:`~doorstep.road.ppmid` takes it over the home's own network and hands it to the tunnel;
   :mod:`~doorstep.road.tunnel` is what lies between 3 and 4, with both of its ends;
4. :mod:`~doorstep.road.hub` routes it by the rule of GBCS 10.8.2;
5. :mod:`~doorstep.road.meter` verifies it, executes it and answers.

The Command is ``bytes`` from the DCC to the meter: no stop re-encodes it.
"""
