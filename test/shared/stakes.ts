import { DelegatedSides } from "../../sdk/src/index";
import { MODEL_ID, deployMarket } from "./market";
import type { Market } from "./market";

/** What the provider of a staked market has at stake. */
export const STAKE = 1_000_000n;

/** What a bond out of it owes for a year, in basis points. */
export const RENT_BPS = 500n;

/** A market whose provider has a stake, out of which its delegate may bond asks for a mirrored model. */
export async function deployStaked(): Promise<Market> {
  const market = await deployMarket();
  const { escrow, book, provider, delegate, token } = market;
  await escrow.connect(provider).stake(token, STAKE);
  await escrow.connect(provider).setRent(token, RENT_BPS);
  await book
    .connect(provider)
    .setDelegation(delegate, token, DelegatedSides.AsksOnStake, 0n, 2n ** 40n - 1n);
  await book.setMirrored(MODEL_ID, true);
  return market;
}
