import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { decodeModel } from "../src/index";
import { decodeParameters } from "./weights";
import type { Model } from "../src/index";
import type { Parameters } from "./network";

const FOLDER = resolve(__dirname, "../models");

/** Where `npm run train:digits` leaves what it makes. */
export const DIGIT_FILES = {
  model: resolve(FOLDER, "digits.ergon"),
  weights: resolve(FOLDER, "digits.float32"),
  card: resolve(FOLDER, "digits.json"),
} as const;

/** What is known of the committed model; accuracies are shares of the held-out digits. */
export interface DigitCard {
  readonly name: string;
  readonly description: string;
  readonly input: string;
  readonly output: string;
  readonly data: { source: string; training: number; heldOut: number; splitSeed: number };
  readonly training: Readonly<Record<string, number>>;
  readonly accuracy: { float: number; integer: number };
  readonly program: { modelId: string; nodes: number; macs: number; traceBytes: number };
}

/** The committed digit classifier. Throws `ProgramError` if the file is damaged. */
export function loadDigitModel(): Model {
  return decodeModel(readFileSync(DIGIT_FILES.model));
}

/** The float parameters that the committed classifier was quantised from. */
export function loadDigitParameters(): Parameters {
  return decodeParameters(readFileSync(DIGIT_FILES.weights));
}

/** The card of the committed classifier. */
export function loadDigitCard(): DigitCard {
  return JSON.parse(readFileSync(DIGIT_FILES.card, "utf8")) as DigitCard;
}
