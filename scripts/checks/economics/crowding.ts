import { CROWD, answerFees, challengeBondOf } from "../../../sdk/src/index";
import { roundLevels } from "../../../tensor/src/index";

/** What it takes to keep 64 games live on a job. Amounts are payment-token units. */
export interface Crowding {
  /** Bonds that must be posted. */
  readonly capital: bigint;
  /** What is lost at the least if the games are given up, with the worker in league. */
  readonly cost: bigint;
  /** What an honest challenger posts beside them. */
  readonly nextBond: bigint;
}

/** What crowding costs on a job of `2 ** unitsDepth` units. Amounts are payment-token units. */
export function crowdingOf(
  price: bigint,
  bond: bigint,
  floor: bigint,
  unitsDepth: number,
): Crowding {
  const bondAt = (live: bigint): bigint => challengeBondOf({ price, bond, floor, live });
  const answers = unitAnswers(unitsDepth);
  let [capital, cost] = [0n, 0n];
  for (let live = 0n; live < CROWD; live++) {
    const posted = bondAt(live);
    const [given, fees] = [posted / 4n, answerFees(posted, answers)];
    capital += posted;
    cost += given > fees ? given - fees : 0n;
  }
  return { capital, cost, nextBond: bondAt(CROWD) };
}

/** The worker's answers in a game that ends at a unit: a round for each part of the list, and the trace. */
export function unitAnswers(unitsDepth: number): bigint {
  let rounds = 0n;
  for (let height = unitsDepth; height > 0; height -= roundLevels(height)) rounds++;
  return rounds + 1n;
}
