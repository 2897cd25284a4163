"""Real payloads: every ZCL frame in clear of the reference GBZ messages follows its row."""

from __future__ import annotations

from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.zcl import ReadAttributes, ReadAttributesResponse, Unknown
from tests.zigbee.clusters.reference_gbz import components


def test_every_payload_decodes_by_its_row_and_comes_back_the_same() -> None:
    seen = 0
    for path, cluster, frame in components():
        command = CLUSTERS[cluster].command_in(frame) if frame.cluster_specific else frame.general_command
        assert not isinstance(command, Unknown), path
        assert command.to_bytes() == frame.payload, path
        seen += 1
    assert seen > 700


def test_every_attribute_has_a_row_of_the_type_that_is_read() -> None:
    seen = 0
    for path, identifier, frame in components():
        cluster = CLUSTERS[identifier]
        command = None if frame.cluster_specific else frame.general_command
        if isinstance(command, ReadAttributes):
            for number in command.attributes:
                assert cluster.attribute(number), (path, hex(number))
        if isinstance(command, ReadAttributesResponse):
            for record in command.records:
                attribute = cluster.attribute(record.attribute)
                assert attribute, (path, hex(record.attribute))
                assert record.type in (None, attribute.type.id), path
                seen += 1
    assert seen > 50
