import { Wallet, encodeBytes32String, parseUnits } from "ethers";

import {
  LoanStatus,
  accountOf,
  asHex,
  buyGpu,
  claimLoan,
  collectLoan,
  declareDefault,
  drawLoan,
  fundLoan,
  getLoan,
  pledgeGpu,
  postBond,
  registerGpu,
  requestLoan,
  setGpuOperator,
  signAttestation,
} from "../../../sdk/src/index";
import type { Loan } from "../../../sdk/src/index";
import { timeOf } from "../../shared/chain";
import { passTime } from "../chain";
import type { Stage } from "../stage";
import type { FinanceCast, Firm } from "./cast";

/** Whole tokens: what is lent, what the borrower puts in against first losses, and what its GPU is worth. */
const [PRINCIPAL, RESERVE, VALUE, BOND] = ["60", "15", "120", "50"];
const TERMS = { leastIncome: 0n, rateBps: 1_200n, payments: 3n };
const DEVICE = { hardwareClass: "h200", memoryMiB: 144_384n };
const DAY = 86_400n;
const GRACE = 15n * DAY;
/** Seconds into an auction at which somebody buys: the price is then four fifths of the GPU's value. */
const AUCTION_TIME = (3n * DAY) / 2n;

/** A loan to the operator of a vault. */
export interface Borrowing {
  readonly firm: Firm;
  readonly id: bigint;
  readonly gpuId: bigint;
}

/** Lets a firm's operator borrow from two lenders on a GPU that a custodian vouches for, against what its vault earns. */
export async function borrow(
  { provider }: Stage,
  { custodian, lenders, token }: FinanceCast,
  firm: Firm,
): Promise<Borrowing> {
  const { operator, vault } = firm;
  const units = (amount: string) => parseUnits(amount, token.decimals);
  const { gpuId } = await registerGpu(operator, { ...DEVICE, device: Wallet.createRandom() });
  await setGpuOperator(operator, { gpuId, operator: vault });
  await pledgeGpu(operator, { gpuId });
  await postBond(custodian, { token: token.address, amount: units(BOND) });
  const now = await timeOf(provider);
  const { id } = await requestLoan(operator, {
    ...{ ...TERMS, vault, principal: units(PRINCIPAL), reserve: units(RESERVE) },
    ...{ fundingDeadline: now + DAY, custodian: await accountOf(custodian), gpuIds: [gpuId] },
  });
  for (const lender of lenders) await fundLoan(lender, { id, amount: units(PRINCIPAL) / 2n });
  const attested = await signAttestation(custodian, {
    ...{
      gpuId,
      hardwareClass: asHex(encodeBytes32String(DEVICE.hardwareClass)),
      token: token.address,
    },
    ...{ value: units(VALUE), madeAt: now, expiresAt: now + DAY },
  });
  await drawLoan(operator, { id, attestations: [attested] });
  return { firm, id, gpuId };
}

/** Takes what is due out of the vault, if the loan lives; gives the loan as it is then. */
export async function collect({ firm: { operator }, id }: Borrowing): Promise<Loan> {
  const { status } = await getLoan(operator, { id });
  if (status === LoanStatus.Active) await collectLoan(operator, { id });
  return getLoan(operator, { id });
}

/** Declares a loan in default once it may be, and lets somebody buy the GPU. */
export async function foreclose(
  stage: Stage,
  { challenger, lenders }: FinanceCast,
  borrowing: Borrowing,
): Promise<Loan> {
  const { id, gpuId } = borrowing;
  await waitForDefault(stage, borrowing);
  await declareDefault(challenger, { id, gpuIds: [gpuId] });
  await passTime(stage.provider, AUCTION_TIME);
  const { auctions } = await getLoan(challenger, { id });
  if (auctions.length > 0) await buyGpu(challenger, { id, gpuId, maxPrice: auctions[0].price });
  for (const lender of lenders) await claimLoan(lender, { id, lender: await accountOf(lender) });
  return getLoan(challenger, { id });
}

/** Waits until a payment is late for longer than the grace, with all that the vault can pay collected. */
async function waitForDefault({ provider }: Stage, borrowing: Borrowing): Promise<void> {
  for (;;) {
    const { arrears, nextDueAt = 0n } = await collect(borrowing);
    const untilDue = nextDueAt + 1n - (await timeOf(provider));
    const late = arrears > 0n || untilDue <= 0n;
    await passTime(provider, late ? GRACE : untilDue);
    if (late && (await collect(borrowing)).arrears > 0n) return;
  }
}
