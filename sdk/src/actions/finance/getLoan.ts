import { abi } from "../../contracts";
import { translated } from "../../errors/translate";
import { logsIn } from "../../jobs/logs";
import { parseLoanLog } from "../../loans/events";
import { LOAN_PERIOD } from "../../loans/payment";
import { loanTopic, requestOfLoan } from "../../loans/request";
import { asAddress } from "../../types/address";
import type { ErgonClient } from "../../client";
import type { LoanRequest } from "../../loans/request";
import type { Address } from "../../types/address";

/** Which loan, and as of which block. */
export interface GetLoanParameters {
  readonly id: bigint;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** Where a loan stands. */
export enum LoanStatus {
  None,
  Requested,
  Active,
  Defaulted,
  Closed,
  Cancelled,
}

/** What one lender put into a loan and got out of it, in payment-token units. */
export interface LoanLender {
  readonly lender: Address;
  readonly commitment: bigint;
  readonly received: bigint;
  readonly claimable: bigint;
}

/** A GPU of a loan in default that is for sale. */
export interface GpuAuction {
  readonly gpuId: bigint;
  /** Payment-token units; it falls with time. */
  readonly price: bigint;
}

/** A loan. Amounts are payment-token units, times are seconds since 1970. */
export interface Loan {
  readonly id: bigint;
  readonly blockNumber: number;
  readonly status: LoanStatus;
  readonly borrower: Address;
  readonly token: Address;
  /** What was asked for. */
  readonly request: LoanRequest;
  readonly committed: bigint;
  readonly levelPayment: bigint;
  /** What is left of the borrower's. */
  readonly reserve: bigint;
  /** Of the custodian's bond. */
  readonly lockedBond: bigint;
  readonly principalLeft: bigint;
  /** Unpaid interest, rounded up. */
  readonly interest: bigint;
  /** What would settle the loan. */
  readonly debt: bigint;
  /** What was owed at the end of the last period and is not paid. */
  readonly arrears: bigint;
  /** What is owed until the end of the running period, with arrears; all of the debt after a default. */
  readonly due: bigint;
  /** All payments since the draw. */
  readonly paid: bigint;
  /** How many level payments that makes. */
  readonly paymentsMade: bigint;
  readonly drawnAt?: bigint;
  readonly defaultedAt?: bigint;
  /** The end of the running period; undefined unless the loan is active, or after its last one. */
  readonly nextDueAt?: bigint;
  readonly lenders: readonly LoanLender[];
  /** GPUs for sale. */
  readonly auctions: readonly GpuAuction[];
}

/**
 * A loan as of one block. Throws `InputError` if nobody requested it, or `ErgonError` RPC.
 *
 * @example
 * const { status, due, nextDueAt } = await getLoan(client, { id });
 */
export async function getLoan(
  client: ErgonClient,
  { id, ...rest }: GetLoanParameters,
): Promise<Loan> {
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockNumber = rest.blockNumber ?? (await latest());
  const at = { id, blockTag: blockNumber };
  const request = await requestOfLoan(client, id);
  const [money, lenders, auctions] = await Promise.all([
    moneyOf(client, at),
    lendersOf(client, at),
    auctionsOf(client, at, request),
  ]);
  return { id, blockNumber, request, ...money, lenders, auctions };
}

interface At {
  readonly id: bigint;
  readonly blockTag: number;
}

async function moneyOf({ loanBook, provider }: ErgonClient, { id, blockTag }: At) {
  const [{ terms, state }, debt, arrears, due, block] = await translated(() =>
    Promise.all([
      loanBook.loanOf(id, { blockTag }),
      loanBook.debtOf(id, { blockTag }),
      loanBook.arrearsOf(id, { blockTag }),
      loanBook.dueOf(id, { blockTag }),
      provider.getBlock(blockTag),
    ]),
  );
  const { committed, levelPayment, reserve, lockedBond } = terms;
  const { principalLeft, paid, drawnAt, payments } = state;
  const status = Number(state.status) as LoanStatus;
  const made = levelPayment === 0n ? 0n : paid / levelPayment;
  return {
    ...{ status, borrower: asAddress(terms.borrower), token: asAddress(state.token) },
    ...{ committed, levelPayment, reserve, lockedBond, principalLeft },
    ...{ interest: debt - principalLeft, debt, arrears, due, paid },
    paymentsMade: made < payments ? made : payments,
    drawnAt: drawnAt === 0n ? undefined : drawnAt,
    defaultedAt: state.defaultedAt === 0n ? undefined : state.defaultedAt,
    nextDueAt:
      status === LoanStatus.Active
        ? periodEnd({ drawnAt, payments }, BigInt(block?.timestamp ?? 0))
        : undefined,
  };
}

/** The end of the period that runs at `timestamp`; undefined after the last one. */
function periodEnd(
  { drawnAt, payments }: { readonly drawnAt: bigint; readonly payments: bigint },
  timestamp: bigint,
): bigint | undefined {
  const ended = (timestamp - drawnAt) / LOAN_PERIOD;
  return ended < payments ? drawnAt + (ended + 1n) * LOAN_PERIOD : undefined;
}

/** Who ever funded the loan, in the order of their first commitments. */
async function lendersOf(client: ErgonClient, { id, blockTag }: At): Promise<LoanLender[]> {
  const names = ["LoanFunded", "LoanUnfunded", "LenderPaid"] as const;
  const topics = [names.map((name) => abi.loanBook.getEvent(name).topicHash), loanTopic(id)];
  const filter = { address: client.addresses.loanBook, topics };
  const sums = new Map<string, { commitment: bigint; received: bigint }>();
  for await (const log of logsIn(client, filter, { from: client.fromBlock, to: blockTag })) {
    const { name, fields } = parseLoanLog(log) ?? { name: "", fields: {} };
    const [lender, amount] = [fields.lender as string, fields.amount as bigint];
    const { commitment, received } = sums.get(lender) ?? { commitment: 0n, received: 0n };
    if (name === "LoanFunded") sums.set(lender, { commitment: commitment + amount, received });
    if (name === "LoanUnfunded") sums.set(lender, { commitment: commitment - amount, received });
    if (name === "LenderPaid") sums.set(lender, { commitment, received: received + amount });
  }
  return translated(() =>
    Promise.all(
      [...sums].map(async ([lender, sum]) => ({
        lender: asAddress(lender),
        ...sum,
        claimable: await client.loanBook.claimableOf(id, lender, { blockTag }),
      })),
    ),
  );
}

async function auctionsOf(
  { loanBook }: ErgonClient,
  { id, blockTag }: At,
  { gpuIds }: LoanRequest,
): Promise<GpuAuction[]> {
  const auctions = await translated(() =>
    Promise.all(
      gpuIds.map(async (gpuId) => {
        const pledge = await loanBook.pledgeOf(gpuId, { blockTag });
        const price = await loanBook.auctionPrice(gpuId, { blockTag });
        return { gpuId, price, pledgedTo: pledge.id };
      }),
    ),
  );
  return auctions
    .filter(({ price, pledgedTo }) => price !== 0n && pledgedTo === id)
    .map(({ gpuId, price }) => ({ gpuId, price }));
}
