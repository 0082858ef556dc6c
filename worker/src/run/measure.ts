import { GpuFault } from "./errors";
import { shareOut } from "./shareOut";
import type { Lane } from "./lane";
import type { RunnableModel } from "./runner";
import type { Work } from "./threads";
import { encodeTensor, zeros } from "../../../tensor/src/index";

/** A call that takes longer is not made again. */
const LONG_MS = 1_000;
const CALLS = 3;

/**
 * Milliseconds of one unit on all lanes together: in the fastest of three calls of `units` units, or, where
 * one unit on each lane takes more than a second, in that. The model is loaded before. Undefined if no lane
 * is left, as all were faulty GPUs. Throws `RunError`.
 */
export async function measureUnit(
  { id, input }: RunnableModel,
  lanes: () => readonly Lane[],
  units: number,
  now: () => number,
): Promise<number | undefined> {
  const work: Work = { kind: "run", model: id };
  const file = encodeTensor(zeros(input.dtype, input.rows, input.cols));
  const onEach = () => Promise.all(lanes().map((lane) => lane.execute(work, [file])));
  const timed = async (count: number, call: () => Promise<unknown>) => {
    const started = now();
    await call();
    return (now() - started) / count;
  };
  while (lanes().length > 0) {
    try {
      await onEach();
      const count = lanes().length;
      const slow = await timed(count, onEach);
      if (slow * count > LONG_MS) return slow;
      const call = () => shareOut(work, Array<Uint8Array>(units).fill(file), lanes);
      const fast: number[] = [];
      for (let i = 0; i < CALLS; i++) fast.push(await timed(units, call));
      return Math.min(...fast);
    } catch (error) {
      // Those that are left are measured again.
      if (!(error instanceof GpuFault)) throw error;
    }
  }
  return undefined;
}
