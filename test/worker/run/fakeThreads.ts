import { VirtualTime } from "./virtualTime";
import type {
  StartThreads,
  TensorFile,
  ThreadTask,
  Threads,
} from "../../../worker/src/run/threads";
import type { Hex } from "../../../tensor/src/index";

/** How threads with one executor behave. */
export interface Behaviour {
  /** Milliseconds of a unit of a model; 1 unless given. */
  readonly unitMs?: (model: Hex) => number;
  /** Throws at the task, with this number among its tasks, that is to fail. */
  readonly fail?: (task: ThreadTask, number: number) => void;
}

/** What the threads of one executor did. */
export interface Doings {
  /** Units of each task of a model, in order. */
  readonly pieces: number[];
  tasks: number;
  closed: boolean;
}

/** Threads that give their inputs back, in virtual time. GPUs are told apart by the adapter they are to use. */
export class FakeThreads {
  readonly time = new VirtualTime();
  readonly records = new Map<string, Doings>();

  constructor(private readonly behaviours: Readonly<Record<string, Behaviour>>) {}

  /** What threads with an executor, or on a GPU, did. */
  of(name: string): Doings {
    const record = this.records.get(name);
    if (record === undefined) throw new RangeError(`no ${name} was started`);
    return record;
  }

  readonly start: StartThreads = ({ executor, gpu }) => {
    const name = gpu?.device?.adapter ?? executor;
    const record: Doings = { pieces: [], tasks: 0, closed: false };
    this.records.set(name, record);
    const behaviour = this.behaviours[name] ?? {};
    const ask = async (task: ThreadTask, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      behaviour.fail?.(task, record.tasks++);
      return this.resultsOf(task, name, behaviour, record);
    };
    return {
      ask: ask as Threads["ask"],
      close: async () => {
        record.closed = true;
      },
    };
  };

  private async resultsOf(
    task: ThreadTask,
    name: string,
    { unitMs = () => 1 }: Behaviour,
    { pieces }: Doings,
  ): Promise<readonly unknown[]> {
    if (task.kind === "prove") return [`${name} adapter`];
    if (task.kind === "identify") return task.files.map(idOf);
    pieces.push(task.files.length);
    await this.time.sleep(unitMs(task.model) * task.files.length);
    return task.files.map((bytes): TensorFile => ({ id: idOf(bytes), bytes }));
  }
}

function idOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
