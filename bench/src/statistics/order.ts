/** In which order the arms of a block run, so that what changes with time falls on all alike. */

/**
 * Row `block` of a balanced Latin square (Williams 1949): over as many blocks as there are arms (twice as many when
 * their number is odd) every arm stands at every place equally often and follows every other equally often. Two arms:
 * A B, then B A.
 */
export function armOrder<Arm>(arms: readonly Arm[], block: number): Arm[] {
  const count = arms.length;
  if (count === 0) return [];
  const row = block % (count % 2 === 0 ? count : 2 * count);
  const order = Array.from({ length: count }, (_, place) => {
    // 0, 1, n-1, 2, n-2 ...
    const step = place % 2 === 1 ? (place + 1) / 2 : (count - place / 2) % count;
    return arms[(step + row) % count] as Arm;
  });
  return row >= count ? order.reverse() : order;
}
