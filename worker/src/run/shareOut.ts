import { GpuFault } from "./errors";
import type { Lane } from "./lane";
import type { Work } from "./threads";

/** Files that lie beside each other: from the first to before the last. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

/**
 * The result for each of `files`, in order. Each lane takes a piece, and another one when it is done; what a
 * faulty GPU had is done again by what `lanes` gives then. Throws `RunError`, or `GpuFault` once no lane is
 * left.
 */
export async function shareOut<Result>(
  work: Work,
  files: readonly Uint8Array[],
  lanes: () => readonly Lane[],
  signal?: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting: Piece[] = [{ from: 0, to: files.length }];
  let fault: GpuFault | undefined;

  async function drain(lane: Lane, share: number): Promise<void> {
    for (;;) {
      const piece = takePiece(waiting, lane.pieceSize(work, share));
      if (piece === undefined) return;
      const { from, to } = piece;
      try {
        const made = await lane.execute<Result>(work, files.slice(from, to), signal);
        made.forEach((result, i) => (results[from + i] = result));
      } catch (error) {
        if (!(error instanceof GpuFault)) {
          waiting.length = 0;
          throw error;
        }
        fault = error;
        waiting.push(piece);
        return;
      }
    }
  }

  while (countOf(waiting) > 0) {
    const able = lanes();
    if (able.length === 0) throw fault ?? new GpuFault("CLOSED", "no GPU is left");
    const share = Math.ceil(countOf(waiting) / able.length);
    await Promise.all(able.map((lane) => drain(lane, share)));
  }
  return results;
}

/** Takes at most `most` files, or none if none wait. */
function takePiece(waiting: Piece[], most: number): Piece | undefined {
  const first = waiting.shift();
  if (first === undefined || first.from === first.to) return undefined;
  const { from, to } = first;
  const end = Math.min(to, from + most);
  if (end < to) waiting.unshift({ from: end, to });
  return { from, to: end };
}

function countOf(pieces: readonly Piece[]): number {
  return pieces.reduce((count, { from, to }) => count + to - from, 0);
}
