/** Bounds on what an import reads and makes, so that no file takes unbounded memory or time. */
export const LIMITS = {
  /** Bytes of a file. */
  fileBytes: 2 ** 30,
  /** Messages, strings and numbers of variable length in a file, weights aside. */
  fields: 4_000_000,
  /** Nodes of a graph. */
  nodes: 32_768,
  /** Axes of a tensor. */
  rank: 8,
  /** Elements of one tensor. */
  elements: 2 ** 28,
  /** Elements of all constants that are computed on import. */
  foldedElements: 2 ** 28,
  /** Operations of one run of the float graph. */
  work: 2 ** 40,
  /** Operations of all that is computed on import. */
  foldedWork: 2 ** 32,
} as const;
