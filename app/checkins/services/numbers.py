"""Which numbers of a device are stored, and which are missing between them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Integer, bindparam, func, literal, select, union_all

from app.checkins.models import Device, QuarantinedScan, Scan
from app.checkins.services.calls import Numbers
from app.core.db import db

MOST_GAPS = 100

# Where each device's look-out for gaps begins.
_from = (
    select(Device.id, Device.contiguous_seq)
    .where(Device.id.in_(bindparam("device_ids", expanding=True)))
    .cte("mark")
)


def _seqs_of(table: Any) -> Any:
    return (
        select(table.device_id, table.seq)
        .join(_from, _from.c.id == table.device_id)
        .where(table.seq >= _from.c.contiguous_seq)
    )


# A number in quarantine has arrived; the mark itself stands for all below it.
_all = union_all(
    _seqs_of(Scan),
    _seqs_of(QuarantinedScan),
    select(_from.c.id, _from.c.contiguous_seq),
).subquery("arrived")
_seqs = select(_all.c.device_id, _all.c.seq).group_by(_all.c.device_id, _all.c.seq).subquery()
_next = func.lead(_seqs.c.seq).over(partition_by=_seqs.c.device_id, order_by=_seqs.c.seq)
_steps = select(_seqs.c.device_id, _seqs.c.seq, _next.label("next")).subquery("steps")
# The last number of each device, and each before a gap.
_EDGES = (
    select(_steps.c.device_id, _steps.c.seq, _steps.c.next)
    .where((_steps.c.next.is_(None)) | (_steps.c.next > _steps.c.seq + literal(1, Integer)))
    .order_by(_steps.c.device_id, _steps.c.seq)
)
_DOUBLED = (
    select(Scan.device_id, Scan.seq)
    .where(Scan.device_id.in_(bindparam("device_ids", expanding=True)))
    .group_by(Scan.device_id, Scan.seq)
    .having(func.count() > 1)
    .order_by(Scan.device_id, Scan.seq)
)


def read_numbers(device_ids: Iterable[int]) -> dict[int, Numbers]:
    """The numbers of devices, by two statements for all of them."""
    values = {"device_ids": sorted(device_ids)}
    edges: dict[int, list[Any]] = {id_: [] for id_ in values["device_ids"]}
    doubled: dict[int, list[int]] = {id_: [] for id_ in values["device_ids"]}
    if not edges:
        return {}
    for edge in db.session.connection().execute(_EDGES, values):
        edges[edge.device_id].append(edge)
    for row in db.session.connection().execute(_DOUBLED, values):
        doubled[row.device_id].append(row.seq)
    return {id_: _numbers(found, doubled[id_]) for id_, found in edges.items()}


def _numbers(edges: list[Any], doubled: list[int]) -> Numbers:
    if not edges:
        return Numbers()
    gaps = [(edge.seq + 1, edge.next - 1) for edge in edges if edge.next is not None]
    return Numbers(
        highest=edges[-1].seq,
        contiguous=edges[0].seq,
        missing=gaps[:MOST_GAPS],
        doubled=doubled[:MOST_GAPS],
    )
