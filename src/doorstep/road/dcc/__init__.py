"""The DCC: checks a User's request, makes the Command, sends it over the WAN or returns it.

``machine`` is the stop itself. A request goes from ``access``, which decides who may, to ``requests``, which
decides what is done and when: by ``commands`` and the ``broker`` for Devices, by ``inventory_services`` and
``schedule_services`` for the DCC itself; ``anomaly`` may put it in ``quarantine``, a date in ``held``. What
Devices send comes in by ``arrivals``, and has ``effects``. ``documents`` and ``alerts`` word what Users get.

``desk`` has the books, each made of a :class:`~doorstep.road.dcc.book.Book` of ``records``.
"""
