/** The most levels that one round of a descent goes down: 64 children. */
export const MOST_ROUND_LEVELS = 6;

/**
 * The levels of the next round of a descent with `height` levels left: rounds are as few as they
 * can be, and as equal as they can be. The same rule as `Rounds.sol`.
 */
export function roundLevels(height: number): number {
  if (height <= MOST_ROUND_LEVELS) return height;
  return Math.ceil(height / Math.ceil(height / MOST_ROUND_LEVELS));
}
