"""The DCC: checks a User's request, makes the Command, sends it over the WAN or returns it.

``machine`` is the stop itself and orchestrates. ``access`` decides who may; ``broker`` makes Commands and
checks what Devices send; ``documents`` words the answers. ``ledger``, ``mailbox`` and ``wan`` are its books,
each made of a :class:`~doorstep.road.dcc.book.Book` of ``records``.
"""
