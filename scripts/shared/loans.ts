import { z } from "zod";

import { LoanStatus, asAddress, asHex } from "../../sdk/src/index";
import type { Loan, SignedAttestation } from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { fields } from "./output";
import { formatAmount } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

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

/** A loan in lines. */
export function describeLoan(loan: Loan, token: Token): string[] {
  const { id, request, status, nextDueAt } = loan;
  const money = (amount: bigint) => formatAmount(token, amount);
  const next = nextDueAt === undefined ? "" : `, by ${formatTime(nextDueAt)}`;
  return [
    ...fields({
      loan: `${id}, ${LoanStatus[status].toLowerCase()}`,
      borrower: loan.borrower,
      vault: request.vault,
      principal: `${money(request.principal)}, ${money(loan.committed)} committed`,
      rate: `${Number(request.rateBps) / 100} % a year, ${request.payments} payments`,
      "a payment": money(loan.levelPayment),
      reserve: money(loan.reserve),
      "can be drawn": `until ${formatTime(request.fundingDeadline)}`,
      debt: `${money(loan.debt)}, ${money(loan.interest)} of it interest`,
      due: `${money(loan.due)}${next}; ${money(loan.arrears)} overdue`,
      paid: `${money(loan.paid)}, ${loan.paymentsMade} payments`,
    }),
    ...loan.lenders.map(
      ({ lender, commitment, received, claimable }) =>
        `lender ${lender}: ${money(commitment)}, received ${money(received)}, to claim ${money(claimable)}`,
    ),
    ...loan.auctions.map(({ gpuId, price }) => `GPU ${gpuId} is for sale at ${money(price)}`),
  ];
}
