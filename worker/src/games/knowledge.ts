import { BlobError } from "../blobs/store";
import type { Blobs } from "../blobs/store";
import { decodeTensor } from "../../../tensor/src/index";
import type { Knowledge } from "../../../sdk/src/index";
import type { Hex, Model, NodeResults, Tensor } from "../../../tensor/src/index";

/** What somebody who ran units of a job knows of it. */
export type JobFacts = Omit<Knowledge, "trace">;

/** Computes the results of all nodes of a unit. */
export type TraceOf = (model: Model, input: Tensor) => NodeResults;

interface KeptTrace {
  readonly model: Model;
  readonly inputId: Hex;
  readonly trace: NodeResults;
}

/** Traces kept at once, since a game looks at its own again and again. */
const MAX_TRACES = 4;

/** Makes knowledge of facts; traces are computed again from stored tensors. */
export class KnowledgeBase {
  private kept: readonly KeptTrace[] = [];

  constructor(
    private readonly tensors: Pick<Blobs, "get">,
    private readonly traceOf: TraceOf,
  ) {}

  /** Knowledge whose `trace` throws `BlobError` CORRUPT if what the unit started from is gone. */
  of(facts: JobFacts): Knowledge {
    return { ...facts, trace: (unit) => this.trace(facts, unit) };
  }

  private async trace(facts: JobFacts, unit: number): Promise<NodeResults> {
    const { model } = facts;
    const inputId = startOf(facts, unit);
    const known = this.kept.find((each) => each.model === model && each.inputId === inputId);
    if (known !== undefined) return known.trace;
    const file = inputId && (await this.tensors.get(inputId));
    if (inputId === undefined || file === undefined) {
      throw new BlobError("CORRUPT", `what unit ${unit} started from is gone`);
    }
    const trace = this.traceOf(model, decodeTensor(file));
    this.kept = [{ model, inputId, trace }, ...this.kept].slice(0, MAX_TRACES);
    return trace;
  }
}

/** The tensor that a unit runs on. */
function startOf({ chained, inputIds, outputIds }: JobFacts, unit: number): Hex | undefined {
  if (!chained) return inputIds.at(unit);
  return unit === 0 ? inputIds.at(0) : outputIds.get(unit - 1);
}
