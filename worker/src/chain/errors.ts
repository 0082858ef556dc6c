import { WorkerError } from "../errors";

/** Why a call of the chain failed. */
export type ChainErrorCode =
  "REVERT" | "NONCE_TOO_LOW" | "UNDERPRICED" | "ALREADY_KNOWN" | "FUNDS" | "CHAIN_ID" | "RPC";

const FINAL: ReadonlySet<ChainErrorCode> = new Set(["REVERT", "CHAIN_ID"]);

/** A failed call of the chain. */
export class ChainError extends WorkerError<ChainErrorCode> {
  override readonly name = "ChainError";

  constructor(code: ChainErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, !FINAL.has(code), options);
  }
}
