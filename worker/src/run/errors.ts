import { WorkerError } from "../errors";

/** Inputs or a run that fail again with the same bytes. The code is the tensor package's own, or says what
 * is missing. */
export class RunError extends WorkerError {
  override readonly name = "RunError";

  constructor(code: string, message: string) {
    super(code, message, false);
  }
}
