import { ZERO_ADDRESS } from "../../sdk/src/index";
import type { Cast } from "./cast";
import { KEY_FIELDS, commonConfig, writeSite } from "./site";
import type { Site } from "./site";
import type { Stage } from "./stage";

/** Prepares a worker with the provider's key, with `changes` to its configuration, in the stage's folder. */
export function setUpWorker(
  stage: Pick<Stage, "rpc" | "book" | "folder">,
  { key, gpuId, token, modelFile, pricePerPmac }: Cast,
  changes: object = {},
): Promise<Site> {
  const { optimisticVerifier } = stage.book.contracts;
  return writeSite(stage.folder, key, (port) => ({
    ...commonConfig(stage),
    ...KEY_FIELDS,
    gpuId,
    models: [{ file: modelFile, prices: { [token.address]: pricePerPmac } }],
    policy: { verifiers: [ZERO_ADDRESS, optimisticVerifier] },
    http: { port, requestsPerMinute: 100_000 },
    ...changes,
  }));
}
