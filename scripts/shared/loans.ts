import { toBeHex } from "ethers";
import { z } from "zod";

import {
  LoanStatus,
  ZERO_ADDRESS,
  accountOf,
  asAddress,
  asHex,
  levelPayment,
  translated,
} from "../../sdk/src/index";
import type { Address, ErgonClient, Loan, SignedAttestation } from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { fields } from "./output";
import { formatAmount } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

const GPU_BYTES = 20;
const whole = z.string().regex(/^\d+$/).transform(BigInt);
const attestationSchema = z.strictObject({
  attestation: z.strictObject({
    gpuId: whole,
    hardwareClass: z.string().transform(asHex),
    token: z.string().transform(asAddress),
    value: whole,
    madeAt: whole,
    expiresAt: whole,
  }),
  signature: z.string().transform(asHex),
});

/** Reads what `loan attest` printed. Throws `ScriptError` FILE that says what is wrong with it. */
export function parseAttestation(file: string, value: unknown): SignedAttestation {
  const parsed = attestationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ScriptError("FILE", `${file} is no attestation: ${z.prettifyError(parsed.error)}`);
}

/**
 * Throws `ScriptError` ARGUMENT unless a GPU is the account's and works for the vault: no loan could be drawn on it, and once
 * it is pledged nobody can name another operator.
 */
export async function requireCollateral(
  client: ErgonClient,
  gpuId: bigint,
  vault: Address,
): Promise<void> {
  const { gpuRegistry } = client;
  const [owner, operator] = await translated(() =>
    Promise.all([gpuRegistry.ownerOf(gpuId), gpuRegistry.operatorOf(gpuId)]),
  );
  const wrong = (what: string) => new ScriptError("ARGUMENT", `GPU ${gpuName(gpuId)} ${what}`);
  if (owner !== (await accountOf(client))) throw wrong(`is not the account's, but of ${owner}`);
  if (operator !== vault) throw wrong(`works for ${operator}: let the vault operate it first`);
}

/** A loan in lines. */
export function describeLoan(loan: Loan, token: Token): string[] {
  const { id, request, status } = loan;
  const money = (amount: bigint) => formatAmount(token, amount);
  return [
    ...fields({
      loan: `${id}, ${LoanStatus[status].toLowerCase()}`,
      borrower: loan.borrower,
      vault: request.vault,
      principal: `${money(request.principal)}, ${money(loan.committed)} committed`,
      rate: `${Number(request.rateBps) / 100} % a year, ${request.payments} payments`,
      "a payment": money(levelPayment(request)),
      "least income": `${money(request.leastIncome)} a period`,
      reserve: money(loan.reserve),
      custodian: custodianOf(loan, money),
      GPUs: request.gpuIds.length === 0 ? "none" : request.gpuIds.map(gpuName).join(", "),
      ...(loan.drawnAt === undefined
        ? { "can be drawn": `until ${formatTime(request.fundingDeadline)}` }
        : owed(loan, money)),
    }),
    ...loan.lenders.map(
      ({ lender, commitment, received, claimable }) =>
        `lender ${lender}: ${money(commitment)}, received ${money(received)}, to claim ${money(claimable)}`,
    ),
    ...loan.auctions.map(
      ({ gpuId, price }) => `GPU ${gpuName(gpuId)} is for sale at ${money(price)}`,
    ),
  ];
}

function custodianOf({ request, lockedBond }: Loan, money: (amount: bigint) => string): string {
  if (request.custodian === ZERO_ADDRESS) return "nobody";
  return `${request.custodian}, ${money(lockedBond)} of its bond held`;
}

/** What a loan that was drawn owes and paid. */
function owed(loan: Loan, money: (amount: bigint) => string): Record<string, string> {
  const { nextDueAt } = loan;
  const next = nextDueAt === undefined ? "" : `, by ${formatTime(nextDueAt)}`;
  return {
    debt: `${money(loan.debt)}, ${money(loan.interest)} of it interest`,
    due: `${money(loan.due)}${next}; ${money(loan.arrears)} overdue`,
    paid: `${money(loan.paid)}, ${loan.paymentsMade} payments`,
  };
}

/** The id of a GPU as an address, which it is. */
export function gpuName(gpuId: bigint): string {
  return toBeHex(gpuId, GPU_BYTES);
}
