import { ChainError } from "./errors";
import { errorMessage } from "../errors";
import { ErgonError } from "../../../sdk/src/index";

/** Reads the chain by the SDK. Throws `ChainError` REVERT, or RPC for what may pass. */
export async function reading<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof ErgonError && error.code === "REVERT" ? "REVERT" : "RPC";
    throw new ChainError(code, errorMessage(error), { cause: error });
  }
}
