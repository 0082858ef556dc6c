import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ceilLog2 } from "../../../tensor/src/index";
import type { Model } from "../../../tensor/src/index";
import { deployArena, registerModel } from "../arena";
import { createRandom } from "../random";
import { chainable, randomInput, randomProgram } from "../randomProgram";
import { falseClaim, truthOf } from "./claims";
import { Draft, LIES } from "./lies";
import { Table } from "./table";
import type { Arena } from "../arena";
import type { Random } from "../random";
import type { Claim, Truth } from "./claims";

/** Games of a run, of all kinds together. */
export const GAMES = Number(process.env.ERGON_GAMES ?? 500);

/** A unit that a worker lies about. */
export interface Falsehood {
  readonly truth: Truth;
  readonly unit: number;
  readonly claim: Claim;
}

/** Numbers of units that lead over none, one and two rounds. */
const UNITS = [1, 2, 3, 5, 9, 64, 70];
const CHAINED_UNITS = [1, 2, 3, 5];

/** Instructions and elements: from two nodes to more than one round of trace and of tensor shows. */
const SIZES = [
  [1, 24],
  [2, 96],
  [4, 96],
  [8, 300],
  [16, 96],
  [24, 96],
  [32, 64],
  [45, 48],
] as const;

const models = SIZES.flatMap(([instructions, elements], i) => {
  const model = randomProgram(i, { instructions, elements });
  return [model, chainable(model)];
});
const truths = new Map<string, Truth>();

/** An arena in which the programs of all sizes are registered, each as it is and chainable. */
export async function deployPool(): Promise<Arena> {
  const arena = await deployArena();
  for (const model of models) await registerModel(arena, model);
  return arena;
}

/** The truth of a job of one of the pool's programs that fits. */
export function randomTruth(random: Random, fits: (truth: Truth) => boolean = () => true): Truth {
  for (;;) {
    const index = random.int(0, models.length - 1);
    const chained = index % 2 === 1 && random.oneIn(2);
    const truth = truthAt(index, random.pick(chained ? CHAINED_UNITS : UNITS), chained);
    if (fits(truth)) return truth;
  }
}

/** Whether a list of this length is padded. */
export function isPadded(length: number): boolean {
  return 2 ** ceilLog2(length) !== length;
}

/** A lie about any node of any unit of any of these jobs. */
export function randomFalsehood(random: Random, lies = Object.values(LIES)): Falsehood {
  for (;;) {
    const truth = randomTruth(random);
    const unit = random.int(0, truth.traces.length - 1);
    const from = random.int(0, truth.model.program.nodes.length - 1);
    const claim = falseClaim(truth, unit, random.pick(lies), random, from);
    if (claim !== undefined) return { truth, unit, claim };
  }
}

/** A lie about a node of the only unit. */
export function falsehoodAt(truth: Truth, node: number, random: Random): Falsehood {
  const draft = new Draft(truth.model, truth.traces[0], random);
  const lies = Object.values(LIES).filter(({ fits }) => fits(draft, node));
  const claim = falseClaim(truth, 0, random.pick(lies), random, node);
  if (claim === undefined) throw new Error(`no lie fits node ${node}`);
  return { truth, unit: 0, claim };
}

/** The truth of one run of the program with the most nodes. */
export function longestTruth(): Truth {
  return truthAt(models.length - 1, 1, false);
}

function truthAt(index: number, units: number, chained: boolean): Truth {
  const key = `${index} ${units} ${chained}`;
  const known = truths.get(key) ?? truthOf(models[index], inputsOf(models[index]), units, chained);
  truths.set(key, known);
  return known;
}

/**
 * A test of `count` games, of the seeds from `first` on. An error names the seed; in the end the verifier
 * holds nothing.
 */
export function itPlays(
  name: string,
  first: number,
  count: number,
  game: (table: Table, random: Random, seed: number) => Promise<void>,
): void {
  it(`${name} (seeds ${first} to ${first + count - 1})`, async () => {
    const table = new Table(await loadFixture(deployPool));
    for (let seed = first; seed < first + count; seed++) {
      try {
        await game(table, createRandom(seed), seed);
      } catch (cause) {
        throw new Error(`the game of seed ${seed}: ${String(cause)}`, { cause });
      }
    }
    const { ledger, optimisticVerifier, tokenAddress } = table.arena;
    expect(await ledger.balanceOf(optimisticVerifier, tokenAddress)).to.equal(0n);
  }).timeout(2_000 * count + 60_000);
}

function inputsOf(model: Model) {
  return [1, 2, 3].map((seed) => randomInput(seed, model));
}
