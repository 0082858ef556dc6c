import { MaxUint256 } from "ethers";
import { sameHex } from "../types/address";
import { unless } from "./problem";
import type { Address } from "../types/address";
import type { Problem } from "./problem";

/** An account's claims on a token and what the escrow may pull of them, in token units. */
export interface Purse {
  readonly owner: Address;
  readonly claims: bigint;
  readonly allowance: bigint;
  readonly isOperator: boolean;
}

/** An amount that the escrow would pull, in token units. */
export interface Pull {
  readonly from: Purse;
  readonly amount: bigint;
}

/** Why the escrow could not pull these amounts of one token, one after the other; pure. */
export function moneyProblems(escrow: Address, id: bigint, pulls: readonly Pull[]): Problem[] {
  return pulls.flatMap(({ from, amount }, index) => {
    const before = pulls.slice(0, index).filter((pull) => sameHex(pull.from.owner, from.owner));
    const spent = before.reduce((sum, pull) => sum + pull.amount, 0n);
    return pullProblems(escrow, id, from, amount, spent);
  });
}

function pullProblems(
  escrow: Address,
  id: bigint,
  from: Purse,
  needed: bigint,
  spent: bigint,
): Problem[] {
  if (needed === 0n) return [];
  const unbounded = from.isOperator || from.allowance === MaxUint256;
  const allowance = unbounded ? MaxUint256 : rest(from.allowance, spent);
  const balance = rest(from.claims, spent);
  return [
    ...unless(allowance >= needed, "ERC6909InsufficientAllowance", {
      spender: escrow,
      allowance,
      needed,
      id,
    }),
    ...unless(balance >= needed, "ERC6909InsufficientBalance", {
      sender: from.owner,
      balance,
      needed,
      id,
    }),
  ];
}

function rest(amount: bigint, spent: bigint): bigint {
  return amount > spent ? amount - spent : 0n;
}
