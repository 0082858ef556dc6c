import { z } from "zod";

import { ZERO_ADDRESS, slotShapeOf } from "../../sdk/src/index";
import type { Address, CreateDatasetParameters, DatasetShape } from "../../sdk/src/index";
import {
  MAX_ROWS,
  MAX_ROW_WORDS,
  dimensionsOf,
  knnShapleyProgram,
  modelId,
  rowWordsFor,
} from "../../tensor/src/index";
import type { Model } from "../../tensor/src/index";
import { account, readAs } from "./datasetFiles";
import type { Token } from "./token";
import { CLASSES, parseAmount } from "./values";

const DAY = 86_400;

const count = z.int().min(1);
const seconds = z.int().min(1);
const bps = z.int().min(0).max(10_000);
const AMOUNT = 'write an amount in whole tokens as a string, such as "12.5"';
const amount = z.string(AMOUNT).regex(/^\d+(\.\d+)?$/, AMOUNT);

/** What a dataset has room for. */
interface Room {
  readonly slots: number;
  readonly pointsPerSlot: number;
  readonly dimensions: number;
}

const MOST_DIMENSIONS = dimensionsOf({ rowWords: MAX_ROW_WORDS });

const shape = z
  .strictObject({ slots: count, pointsPerSlot: count, dimensions: count })
  .refine(isRoom, {
    message: `too large: slots times pointsPerSlot plus 1, each rounded up to a power of two, are at most ${MAX_ROWS}, and dimensions at most ${MOST_DIMENSIONS}`,
  });

const planSchema = z.strictObject({
  name: z.string().min(1),
  token: account.optional(),
  shape,
  program: z.strictObject({ neighbours: count, radiusSquared: z.int().min(0).default(0) }),
  contributionBond: amount,
  seedBond: amount,
  host: account,
  poolOwner: account,
  guardian: account.optional(),
  valuation: z.strictObject({
    ...{ maxUnitPrice: amount, minUnitBond: amount, verifier: account.optional() },
    class: z.enum(["fast", "standard", "high"]).default("standard"),
    maxTurnaround: seconds.default(DAY),
  }),
  sale: z.strictObject({
    ...{ initialPrice: amount, reserve: amount, cap: amount, ratePerDay: amount },
    decayBps: bps.default(1_000),
    potShareBps: bps.default(10_000),
    licenceTerm: seconds.default(30 * DAY),
    grantTime: seconds.default(DAY),
    host: account.optional(),
  }),
});

/** What a community decides when it begins, as it is written down. */
export type Plan = z.output<typeof planSchema>;

const RATE_DECIMALS = 18;

/** The plan in a file. Throws `ScriptError` FILE that says what is wrong with it. */
export function readPlan(file: string): Promise<Plan> {
  return readAs(file, planSchema, "plan of a dataset");
}

/** The program that values the data of a plan. Throws `ValuationError` OPTIONS if there is none. */
export function programOf({ shape, program }: Plan): Model {
  return knnShapleyProgram({ ...slotShapeOf(shapeOf(shape)), ...program });
}

/** A plan as the chain takes it. Throws `ScriptError` ARGUMENT, or `ValuationError` OPTIONS. */
export function parametersOf(plan: Plan, token: Token, verifier: Address): CreateDatasetParameters {
  const money = (text: string) => parseAmount(text, token.decimals);
  const { name, host, poolOwner, guardian = ZERO_ADDRESS, valuation, sale } = plan;
  return {
    ...{ name, token: token.address, host, poolOwner, guardian },
    shape: shapeOf(plan.shape),
    contributionBond: money(plan.contributionBond),
    seedBond: money(plan.seedBond),
    valuation: {
      modelId: modelId(programOf(plan).program),
      verifier: valuation.verifier ?? verifier,
      termsClass: CLASSES[valuation.class],
      maxTurnaround: BigInt(valuation.maxTurnaround),
      maxUnitPrice: money(valuation.maxUnitPrice),
      minUnitBond: money(valuation.minUnitBond),
    },
    sale: {
      ...{ initialPrice: money(sale.initialPrice), reserve: money(sale.reserve) },
      ...{ cap: money(sale.cap), ratePerDay: parseAmount(sale.ratePerDay, RATE_DECIMALS) },
      ...{ decayBps: BigInt(sale.decayBps), potShareBps: BigInt(sale.potShareBps) },
      ...{ licenceTerm: BigInt(sale.licenceTerm), grantTime: BigInt(sale.grantTime) },
      host: sale.host ?? host,
    },
  };
}

function isRoom(room: Room): boolean {
  const { rows } = slotShapeOf(shapeOf(room));
  return rows <= MAX_ROWS && room.dimensions <= MOST_DIMENSIONS;
}

/** The least shape that has room for so much; a slot has a row for its header. */
function shapeOf({ slots, pointsPerSlot, dimensions }: Room): DatasetShape {
  return {
    slots: log2(Math.max(2, slots)),
    slotRows: log2(pointsPerSlot + 1),
    rowWords: log2(rowWordsFor(dimensions)),
  };
}

function log2(atLeast: number): bigint {
  return BigInt(Math.ceil(Math.log2(atLeast)));
}
