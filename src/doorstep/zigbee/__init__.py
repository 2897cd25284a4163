"""The ZigBee language: what Devices in a home say to each other, as values and as octets.

From the application down to the air:

==============================  ===================================================================
:mod:`.clusters`                 the commands and attributes of each Smart Energy cluster
:mod:`.gsme`                     the three forms of data in a gas meter's tunnel
:mod:`.zcl`, :mod:`.types`       ZCL frames, general commands and data types
:mod:`.zdo`                      device objects: discovery, announcement, joining
:mod:`.asdu`                     one application payload between two Devices, whatever carries it
:mod:`.fragmentation`            long payloads as windows of acknowledged blocks
:mod:`.aps`, :mod:`.nwk`         application support and network frames
:mod:`.auxiliary`                what a frame says of its protection
:mod:`.security`, :mod:`.keys`   that protection; install codes and the keys made from them
:mod:`.mac`, :mod:`.zep`         radio frames, and their way over UDP
:mod:`.capture`                  files of captured radio frames
==============================  ===================================================================

Nearly everything is a layout: a class whose fields say how it stands in octets, both ways
(:mod:`.layout`; the words for fields are in :mod:`.fields`, what they compile to in :mod:`.steps`).
Numbers are little endian unless a field says otherwise. All of it is pure: no sockets, no clock, no
randomness.
"""
