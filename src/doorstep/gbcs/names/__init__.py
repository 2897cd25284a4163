"""Names: what the numbers of GBCS messages are called, and how their values read, as tables.

Nothing here is needed to decode, check or carry a message, so nothing else in :mod:`doorstep.gbcs`
imports it but the JSON form (for the names of results) and the view.

=======================  ====================================================================
:mod:`.alerts`           alert codes, which are event codes too
:mod:`.alert_contents`   what a DLMS Alert says after its code and time
:mod:`.cosem_classes`    COSEM classes, their attributes and methods
:mod:`.cosem_items`      what is inside COSEM values: seasons, prices, schedules, parameters ...
:mod:`.cosem_objects`    COSEM objects, by logical name
:mod:`.results`          DLMS results
:mod:`.scripts`          what the scripts of a script table do
:mod:`.units`            COSEM units
:mod:`.zcl_attributes`   ZCL attributes whose values have names
:mod:`.zcl_fields`       fields of ZCL commands whose values have names
:mod:`.readings`         how a value reads: money, times, text ...
=======================  ====================================================================

Names are the standards' where our facts give them. Those that were read from what the use cases do with
an object, and not from a text, say so in a comment.
"""

from __future__ import annotations
