/**
 * The GPU cannot be used: ADAPTER (none, or no package for this machine), LIMIT (the model needs more than
 * it allows), DEVICE (it failed), MISMATCH (it gave other bits), TIMEOUT (it was silent for too long) or
 * CLOSED (its process ended).
 */
export class WebGpuError extends Error {
  override readonly name = "WebGpuError";

  constructor(
    readonly code: "ADAPTER" | "LIMIT" | "DEVICE" | "MISMATCH" | "TIMEOUT" | "CLOSED",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
