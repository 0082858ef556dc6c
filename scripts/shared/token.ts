import { Contract, formatUnits, isError } from "ethers";

import type { Address, ErgonClient } from "../../sdk/src/index";
import { ScriptError } from "./errors";

/** What is needed to read and write amounts of a token. */
export interface Token {
  readonly address: Address;
  readonly symbol: string;
  readonly decimals: number;
}

const METADATA = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
];

/** Looks a token up on chain. Throws `ScriptError` ARGUMENT for an address that is none. */
export async function readToken({ provider }: ErgonClient, address: Address): Promise<Token> {
  const contract = new Contract(address, METADATA, provider);
  try {
    const [symbol, decimals] = await Promise.all([
      contract.getFunction("symbol")() as Promise<string>,
      contract.getFunction("decimals")() as Promise<bigint>,
    ]);
    return { address, symbol, decimals: Number(decimals) };
  } catch (cause) {
    if (!isError(cause, "BAD_DATA") && !isError(cause, "CALL_EXCEPTION")) throw cause;
    throw new ScriptError("ARGUMENT", `the chain has no token at ${address}`, { cause });
  }
}

/** An amount in whole tokens with the token's symbol. */
export function formatAmount({ symbol, decimals }: Token, amount: bigint): string {
  return `${formatUnits(amount, decimals)} ${symbol}`;
}
