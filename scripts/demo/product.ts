import { readFileSync } from "node:fs";
import { keccak256 } from "ethers";

import { asHex } from "../../sdk/src/index";
import type { ModelCard } from "../../sdk/src/index";
import type { Model } from "../../tensor/src/index";
import { DIGIT_FILES, loadDigitModel } from "../../tensor/train/files";

/** What providers ask for small models, in payment-token units per PMAC. */
export const PRICE_PER_PMAC = 5_000_000_000_000n;

/** A model that a provider sells runs of. */
export interface Product {
  readonly model: Model;
  /** Where workers and watchers read it. */
  readonly modelFile: string;
  readonly card: ModelCard;
  /** Payment-token units. */
  readonly pricePerPmac: bigint;
}

/** The classifier of digits. */
export function digitClassifier(): Product {
  return {
    model: loadDigitModel(),
    modelFile: DIGIT_FILES.model,
    card: {
      uri: "tensor/models/digits.json",
      digest: asHex(keccak256(readFileSync(DIGIT_FILES.card))),
      weightsUri: "tensor/models/digits.ergon",
    },
    pricePerPmac: PRICE_PER_PMAC,
  };
}
