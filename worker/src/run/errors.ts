import { WorkerError } from "../errors";

/** Inputs or a run that fail again with the same bytes, or a machine that computes falsely (MISMATCH). The
 * code is the tensor package's own, or says what is missing. */
export class RunError extends WorkerError {
  override readonly name = "RunError";

  constructor(code: string, message: string) {
    super(code, message, false);
  }
}

/** A GPU that failed. The code is that of `WebGpuError`; what it had to do can be done elsewhere. */
export class GpuFault extends WorkerError {
  override readonly name = "GpuFault";

  constructor(code: string, message: string) {
    super(code, message, true);
  }
}
