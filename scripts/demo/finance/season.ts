import type { JsonRpcProvider } from "ethers";

import {
  EXIT_WINDOW,
  claimExit,
  getVault,
  getVaultPosition,
  rebalanceVault,
  requestExit,
  settleWindow,
} from "../../../sdk/src/index";
import type { Loan, Vault } from "../../../sdk/src/index";
import { timeOf } from "../../shared/chain";
import { passTime, passUntil } from "../chain";
import type { Stage } from "../stage";
import { comeLate } from "./cast";
import type { FinanceCast, Firm } from "./cast";
import { TURNAROUND, complete, engage, lie } from "./jobs";
import type { Engagement } from "./jobs";
import { borrow, collect, foreclose } from "./loans";
import type { Borrowing } from "./loans";

const DAY = 86_400n;
const WEEK = 7n * DAY;
const WEEKS = 15;
/** Weeks in which something happens beside the usual jobs. */
const [LEAVES_IN, COMES_IN, LIES_IN] = [3, 5, 7];
/** Hundredths of what is free that bond a week's job, and the job with the lie. */
const [USUAL_SHARE, LIE_SHARE] = [90n, 30n];

/** A vault at a moment of the season, while its job runs. */
export interface Sample {
  /** Days since the season began. */
  readonly day: number;
  readonly vault: Vault;
  /** What its operator owes, in payment-token units. */
  readonly debt: bigint;
}

/** What became of each vault. */
export interface Season {
  readonly honest: readonly Sample[];
  readonly lying: readonly Sample[];
  /** What the staker who left got out of each vault, in payment-token units. */
  readonly left: Readonly<Record<"honest" | "lying", bigint>>;
  /** The loan of each operator at the end. */
  readonly loans: Readonly<Record<"honest" | "lying", Loan>>;
}

/**
 * Plays fifteen weeks: each operator borrows against its GPU and what its vault earns, each vault takes a
 * job a week, one staker leaves, another one comes, and one operator lies once. Then the loan of the liar
 * falls into default.
 */
export async function playSeason(stage: Stage, cast: FinanceCast): Promise<Season> {
  const { provider } = stage;
  await waitForWindow(provider);
  const begins = await timeOf(provider);
  const [honest, lying]: [Sample[], Sample[]] = [[], []];
  const left = { honest: 0n, lying: 0n };
  const borrowings = [
    await borrow(stage, cast, cast.honest),
    await borrow(stage, cast, cast.lying),
  ] as const;
  const look = async (borrowing: Borrowing, samples: Sample[]) => {
    const { debt } = await collect(borrowing);
    const { operator, vault: address } = borrowing.firm;
    const vault = await getVault(operator, { vault: address });
    samples.push({ day: Number((await timeOf(provider)) - begins) / 86_400, vault, debt });
  };
  for (let week = 0; week < WEEKS; week++) {
    if (week === LEAVES_IN) await leave(cast);
    if (week === COMES_IN) await comeLate(cast);
    await playWeek(stage, cast, week === LIES_IN, async () => {
      await look(borrowings[0], honest);
      await look(borrowings[1], lying);
    });
    for (const firm of [cast.honest, cast.lying]) {
      const paid = await settleIfDue(cast, firm);
      if (firm === cast.honest) left.honest += paid;
      else left.lying += paid;
    }
  }
  const loans = {
    honest: await collect(borrowings[0]),
    lying: await foreclose(stage, cast, borrowings[1]),
  };
  return { honest, lying, left, loans };
}

/**
 * Waits until a window is all but over. Whoever asks to leave three weeks later then waits a day for the next one, and is
 * paid before the lie, on whatever date this is played.
 */
async function waitForWindow(provider: JsonRpcProvider): Promise<void> {
  const since = ((await timeOf(provider)) + DAY) % EXIT_WINDOW;
  await passTime(provider, EXIT_WINDOW - since);
}

async function playWeek(
  stage: Stage,
  cast: FinanceCast,
  withLie: boolean,
  look: () => Promise<void>,
): Promise<void> {
  const { provider } = stage;
  const ends = (await timeOf(provider)) + WEEK;
  for (const { operator, vault } of [cast.honest, cast.lying]) {
    await rebalanceVault(operator, { vault });
  }
  const honest = await engage(stage, cast, cast.honest, USUAL_SHARE);
  const lying = await engage(stage, cast, cast.lying, withLie ? LIE_SHARE : USUAL_SHARE);
  await passTime(provider, TURNAROUND / 2n);
  await look();
  const usual = [honest, withLie ? undefined : lying].filter(isTaken);
  if (withLie && lying !== undefined) await lie(stage, cast, lying);
  await complete(stage, usual);
  await passUntil(provider, ends);
}

/** Lets the second staker ask to leave both vaults with all its shares. */
async function leave({ stakers, honest, lying }: FinanceCast): Promise<void> {
  const [, staker] = stakers;
  for (const { vault } of [honest, lying]) {
    const { shares } = await getVaultPosition(staker, { vault });
    await requestExit(staker, { vault, shares });
  }
}

/** Settles a window that is over, and lets the staker who left claim; gives what it got. */
async function settleIfDue({ stakers }: FinanceCast, firm: Firm): Promise<bigint> {
  const { windows } = await getVault(firm.operator, { vault: firm.vault });
  if (windows.oldest === 0n || windows.oldest >= windows.current) return 0n;
  const { requestId } = await settleWindow(firm.operator, { vault: firm.vault });
  const [, staker] = stakers;
  const { requests } = await getVaultPosition(staker, { vault: firm.vault });
  const shares = requests.find((request) => request.requestId === requestId)?.shares ?? 0n;
  const { assets } = await claimExit(staker, { vault: firm.vault, requestId, shares });
  return assets;
}

function isTaken(engagement: Engagement | undefined): engagement is Engagement {
  return engagement !== undefined;
}
