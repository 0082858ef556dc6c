import { ScriptError } from "./errors";
import { isModelRegistered } from "../../sdk/src/index";
import type { ErgonClient } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** Throws `ScriptError` NOT_REGISTERED unless the registry vouches for a model, which the market does not ask. */
export async function requireRegistered(client: ErgonClient, modelId: Hex): Promise<void> {
  if (await isModelRegistered(client, modelId)) return;
  const message = `model ${modelId} is not registered: check the id, or run register-model first`;
  throw new ScriptError("NOT_REGISTERED", message);
}
