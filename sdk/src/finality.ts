/**
 * The last final block: the one that has `confirmations` blocks, its own included, up to the newest;
 * block 0 on a chain that is shorter.
 */
export function finalBlock(newest: number, confirmations: number): number {
  return Math.max(newest - confirmations + 1, 0);
}
