"""Names beside the ends of many lines: moved apart until none covers another."""

from collections.abc import Sequence


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as can be to the wanted ones, at least `gap` from each other and from `low` to `high`, in the order given.

    Neighbours that are too near form a block around their middle (pool adjacent violators). If there is no room for all,
    they stand at even distances over the whole height.
    """
    if not wanted:
        return []
    if gap * (len(wanted) - 1) > high - low:
        gap = (high - low) / (len(wanted) - 1)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    blocks: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        total, count = wanted[index] - gap * rank, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, members = blocks.pop()
            total, count = total + before, count + members
        blocks.append((total, count))
    room = high - gap * (len(wanted) - 1)
    bases = [min(max(total / count, low), room) for total, count in blocks for _ in range(count)]
    placed = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        placed[index] = bases[rank] + gap * rank
    return placed
