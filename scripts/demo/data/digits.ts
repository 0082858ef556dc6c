import type { Address } from "../../../sdk/src/index";
import { WasmExecutor, embeddingProgram, rowWordsFor } from "../../../tensor/src/index";
import type {
  Contribution,
  LabelledPoint,
  Model,
  TestPoint,
  ValuationOptions,
} from "../../../tensor/src/index";
import { loadDigits } from "../../../tensor/train/dataset";
import type { Digit } from "../../../tensor/train/dataset";
import { loadDigitModel } from "../../../tensor/train/files";
import { digitInput } from "../../../tensor/train/quantizeDigits";
import { randomWord } from "../../shared/datasetFiles";

/** The node of the classifier before its last layer: 4 x 4 pixels of 32 channels, of which 31 fit. */
const PENULTIMATE = { node: 14, channels: 32 };
const DIMENSIONS = 31;
const CLASSES = 10;

/** Digits of a contribution, of the pool of test points, and of a segment of it. */
export const [DIGITS_EACH, POOL_SIZE, SEGMENT_SIZE] = [15, 256, 64];

/** The shape of the dataset, 64 slots of 15 digits, and how they are valued. */
export const OPTIONS: ValuationOptions = {
  ...{ rows: 1_024, slotRows: 16, rowWords: rowWordsFor(DIMENSIONS) },
  ...{ neighbours: 5, radiusSquared: 2 },
};

/** What a contributor does. */
export type Conduct = "honest" | "mislabels" | "copies" | "gives nothing";

/** Who does anything but its best, by its number. */
const OTHERS: ReadonlyMap<number, Conduct> = new Map([
  ...[7, 19, 31].map((number) => [number, "mislabels"] as const),
  ...[12, 25, 38].map((number) => [number, "copies"] as const),
  [34, "gives nothing"],
]);

/** A contributor's part of the training digits. */
export interface Gift {
  readonly conduct: Conduct;
  readonly contribution: Contribution;
}

/** The program whose outputs are compared: the classifier up to the layer before its last. */
export function digitEmbedding(): Model {
  return embeddingProgram(loadDigitModel(), PENULTIMATE);
}

/** What contributors give, in their order. A copier gives what came just before. */
export async function giftsOf(owners: readonly Address[]): Promise<readonly Gift[]> {
  const digits = loadDigits().training.slice(0, owners.length * DIGITS_EACH);
  const all = await embed(digits);
  const of = (number: number) => all.slice(number * DIGITS_EACH, (number + 1) * DIGITS_EACH);
  return owners.map((owner, number) => {
    const conduct = OTHERS.get(number) ?? "honest";
    const points = given(conduct, of, number);
    return { conduct, contribution: { owner, salt: randomWord(), points } };
  });
}

/** The test points, which nobody contributes. */
export async function drawPool(): Promise<readonly TestPoint[]> {
  return embed(loadDigits().heldOut.slice(0, POOL_SIZE));
}

function given(
  conduct: Conduct,
  of: (number: number) => readonly LabelledPoint[],
  number: number,
): readonly LabelledPoint[] {
  switch (conduct) {
    case "honest":
      return of(number);
    case "mislabels":
      return of(number).map(({ embedding, label }) => ({
        embedding,
        label: (label % CLASSES) + 1,
      }));
    case "copies":
      return of(number - 1);
    case "gives nothing":
      return [];
  }
}

/** Digits as points; 0 is no label, so a digit's is one more than what it shows. */
async function embed(digits: readonly Digit[]): Promise<LabelledPoint[]> {
  const outputs = await new WasmExecutor().run(digitEmbedding(), digits.map(digitInput));
  return outputs.map(({ data }, i) => ({
    embedding: [...data].slice(0, DIMENSIONS),
    label: digits[i].label + 1,
  }));
}
