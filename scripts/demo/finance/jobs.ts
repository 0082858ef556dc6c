import {
  TermsClass,
  accountOf,
  atOutputRoot,
  challengeJob,
  deliverJob,
  fillJob,
  getChallengeBond,
  getGame,
  getJob,
  getVault,
  makeAsk,
  makeBid,
  resolveGame,
  settleJob,
  signBid,
  windowOf,
} from "../../../sdk/src/index";
import type { JobRecord } from "../../../sdk/src/index";
import { WasmExecutor, listRoot, tensorId } from "../../../tensor/src/index";
import type { Hex, Tensor } from "../../../tensor/src/index";
import { timeOf } from "../../shared/chain";
import { passTime } from "../chain";
import { orderOfDigits } from "../digits";
import { falsified } from "../lie";
import type { Stage } from "../stage";
import type { FinanceCast, Firm } from "./cast";

const UNITS = 10n;
/** Seconds that an operator may take for a job. */
export const TURNAROUND = 6n * 86_400n;
/** A price is such a part of its bond. */
const BOND_PER_PRICE = 100n;
const CLASS = TermsClass.Fast;
/** More than the clock of a side in this class, in seconds. */
const CLOCK_OUT = 12_000n;

/** What a firm is to deliver. */
export interface Engagement {
  readonly firm: Firm;
  readonly job: JobRecord;
  readonly outputRoot: Hex;
}

/**
 * Lets a firm take a client's bid on answers to digits, bonded with a share of what its vault has free,
 * in hundredths. Gives undefined if the vault has nothing free.
 */
export async function engage(
  { provider }: Stage,
  cast: FinanceCast,
  firm: Firm,
  share: bigint,
): Promise<Engagement | undefined> {
  const { client, token, model, modelId } = cast;
  const { stake } = await getVault(firm.operator, { vault: firm.vault });
  const unitBond = (stake.free * share) / 100n / UNITS;
  if (unitBond === 0n) return undefined;
  const inputs = orderOfDigits().inputs.slice(0, Number(UNITS));
  const verifier = client.addresses.optimisticVerifier;
  const unitPrice = unitBond / BOND_PER_PRICE;
  const shared = {
    provider: firm.vault,
    modelId,
    token: token.address,
    verifier,
    termsClass: CLASS,
  };
  const now = await timeOf(provider);
  const bid = makeBid({
    ...{ ...shared, now, maxTurnaround: TURNAROUND, units: UNITS },
    client: await accountOf(client),
    inputRoot: listRoot(inputs.map(tensorId)),
    maxUnitPrice: unitPrice,
    minUnitBond: unitBond,
  });
  const ask = makeAsk({
    ...{ ...shared, now, turnaround: TURNAROUND, unitPrice, unitBond, maxUnits: UNITS },
    worker: await accountOf(firm.operator),
    nonce: 0n,
  });
  const bidSignature = await signBid(client, bid);
  const { job } = await fillJob(firm.operator, { ask, bid, bidSignature });
  const outputs = await new WasmExecutor().run(model, inputs);
  return { firm, job, outputRoot: listRoot(outputs.map(tensorId)) };
}

/** What the same job would be delivered with, one number of one answer changed. */
async function lieAbout({ model }: FinanceCast): Promise<Hex> {
  const inputs = orderOfDigits().inputs.slice(0, Number(UNITS));
  const outputs: Tensor[] = await new WasmExecutor().run(model, inputs);
  return listRoot(outputs.map((output, i) => tensorId(i === 0 ? falsified(output) : output)));
}

/** Delivers, lets the window pass, and settles. */
export async function complete(
  { provider }: Stage,
  engagements: readonly Engagement[],
): Promise<void> {
  const delivered: Engagement[] = [];
  for (const { firm, job, outputRoot } of engagements) {
    const outcome = await deliverJob(firm.operator, { job, outputRoot });
    delivered.push({ firm, job: outcome.job, outputRoot });
  }
  await passTime(provider, windowOf(CLASS) + 1n);
  for (const { firm, job } of delivered) await settleJob(firm.operator, { job });
}

/**
 * Delivers something false, which a challenger contests; the operator keeps silent, so it loses the game
 * when its clock has run out, and the vault its bond.
 */
export async function lie(
  { provider }: Stage,
  cast: FinanceCast,
  { firm, job: open }: Engagement,
): Promise<void> {
  const { challenger } = cast;
  const { job } = await deliverJob(firm.operator, { job: open, outputRoot: await lieAbout(cast) });
  const maxBond = await getChallengeBond(challenger, { job });
  const { id } = await challengeJob(challenger, { job, descent: atOutputRoot(job.job), maxBond });
  await passTime(provider, CLOCK_OUT);
  const game = await getGame(challenger, { id });
  await resolveGame(challenger, { game, job: await getJob(challenger, { id: job.id }) });
}
