import { chargeContribution, claimReward, claimShares, valueProof } from "../../../sdk/src/index";
import { readValues, slotValues, valuePoints } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import { requireEqual, requireTrue } from "../report";
import type { DataCast } from "./cast";
import { OPTIONS } from "./digits";
import type { Gift } from "./digits";
import type { Valuation } from "./epoch";

/** What is lost of a bond for harm, at the most, in parts of it. */
const MOST_LOST = 20n;
const EPOCH_SHARES = 10n ** 24n;

/** What an epoch was to a contributor. Amounts are payment-token units, shares have 18 decimals. */
export interface Outcome extends Pick<Gift, "conduct"> {
  readonly value: number;
  readonly reward: bigint;
  readonly shares: bigint;
  readonly lost: bigint;
}

/**
 * Pays each contributor what its part was worth, and charges those whose part did harm. Throws `ScriptError` CHECK_FAILED
 * if a value is another one than plain arithmetic gives, or anybody gets another amount than its value entitles it to.
 */
export async function claimAll(
  cast: DataCast,
  gifts: readonly Gift[],
  slots: readonly Hex[],
  valuation: Valuation,
): Promise<readonly Outcome[]> {
  checkValues(gifts, valuation);
  const outcomes: Outcome[] = [];
  for (const [i, { conduct }] of gifts.entries()) {
    outcomes.push({ conduct, ...(await claim(cast, i, slots[i], valuation)) });
  }
  return outcomes;
}

async function claim(
  { dao: { dataset }, contributors, contributionBond }: DataCast,
  index: number,
  slot: Hex,
  { last, settled: { epochId, pot, total } }: Valuation,
): Promise<Omit<Outcome, "conduct">> {
  const client = contributors[index];
  const value = readValues(OPTIONS, last).values[index];
  const proven = { dataset, epochId, slot, value: valueProof(OPTIONS, last, index) };
  if (value < 0) {
    const { amount: lost } = await chargeContribution(client, proven);
    requireTrue("at most a twentieth of a bond is lost", lost <= contributionBond / MOST_LOST);
    return { value, reward: 0n, shares: 0n, lost };
  }
  if (value === 0) return { value, reward: 0n, shares: 0n, lost: 0n };
  const { amount: reward } = await claimReward(client, proven);
  const { shares } = await claimShares(client, proven);
  const part = (whole: bigint) => (whole * BigInt(value)) / total;
  requireEqual(`the reward of contributor ${index}`, reward, part(pot));
  requireEqual(`the votes of contributor ${index}`, shares, part(EPOCH_SHARES));
  return { value, reward, shares, lost: 0n };
}

function checkValues(gifts: readonly Gift[], { last, tests }: Valuation): void {
  const slots = gifts.map(({ contribution }) => contribution);
  const expected = slotValues(OPTIONS, valuePoints(OPTIONS, slots, tests));
  const actual = readValues(OPTIONS, last);
  requireEqual("all values", actual.values.join(), expected.values.join());
  requireEqual("their total", actual.total, expected.total);
}
