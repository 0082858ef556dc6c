/** Bounds on what an import reads and makes, so that no file takes unbounded memory or time. */
export const LIMITS = {
  /** Bytes of a file. */
  fileBytes: 2 ** 30,
  /** Messages, strings and numbers of variable length in a file, weights aside. */
  fields: 4_000_000,
  /** Nodes of a graph, and inputs. */
  nodes: 32_768,
  /** Axes of a tensor. */
  rank: 8,
  /** Elements of one tensor of a file. */
  elements: 2 ** 28,
  /** Bytes of all constants of a file as they are held: 4 for a real number, 8 for a whole one. */
  constantBytes: 2 ** 30,
  /** Elements of a constant that says how an operator works, such as axes. */
  parameterElements: 4_096,
  /** Elements of one value that is computed. */
  resultElements: 2 ** 25,
  /** Windows of a convolution or a pooling. */
  windows: 2 ** 24,
  /** Elements of all constants that are computed on import. */
  foldedElements: 2 ** 26,
  /** Operations of all that is computed on import. */
  foldedWork: 2 ** 31,
  /** Elements of all values of one run of the float graph. */
  runElements: 2 ** 28,
  /** Operations of one run of the float graph, and of the program. */
  work: 2 ** 36,
  /** Elements that calibration keeps of all values. */
  keptElements: 2 ** 25,
  /** Operations that fill the tables of a program. */
  tableWork: 2 ** 27,
  /** Bytes of all constants of a program. */
  programBytes: 2 ** 30,
  /** Bytes of all results of one run of a program. */
  traceBytes: 2 ** 30,
} as const;
