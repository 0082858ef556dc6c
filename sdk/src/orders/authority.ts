import { ZERO_ADDRESS, sameHex } from "../types/address";
import { unless } from "./problem";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { Ask, Bid } from "../types/order";
import type { Problem } from "./problem";

/** What a delegate may sign for a maker in orders that pay in one token. */
export interface Delegation {
  readonly sides: bigint;
  readonly expiry: bigint;
  readonly cap: bigint;
  readonly pulled: bigint;
}

/** What is known of who stands behind an order. */
export interface AuthorityContext {
  /** Who calls the escrow. */
  readonly caller: Address;
  /** Seconds since 1970. */
  readonly now: bigint;
  readonly digest: Hex;
  readonly signature: Hex;
  /** Who signed by ECDSA, zero if nobody did; of no meaning without a signature. */
  readonly signer: Address;
  /** Whether the maker is a contract that accepts the signature. */
  readonly accepted: boolean;
  /** What the signer, or without a signature the caller, may do for the maker. */
  readonly delegation: Delegation;
  /** Whether the order's nonce was cancelled or used. */
  readonly nonceUsed: boolean;
  /** What the delegate would pull, in payment-token units. */
  readonly amount: bigint;
}

const SIDES = { ask: 1n, bid: 2n } as const;
/** The sides of a delegation for asks that are bonded out of the maker's stake. */
const ON_STAKE = 4n;

/** Why a call with this ask would not count as its provider's; pure. */
export function askProblems(
  ask: Ask,
  units: bigint,
  filledUnits: bigint,
  context: AuthorityContext,
): Problem[] {
  const { provider, nonce, maxUnits } = ask;
  const filled = nonce === 0n ? 0n : filledUnits;
  const left = maxUnits > filled ? maxUnits - filled : 0n;
  return [
    ...makerProblems(ask, provider, "ask", context),
    ...unless(units <= left, "OrdersUnitsExceeded", { provider, nonce, wanted: units, left }),
    ...nonceProblems(provider, nonce, context),
  ];
}

/** Why a call with this bid would not count as its client's; pure. */
export function bidProblems(bid: Bid, context: AuthorityContext): Problem[] {
  return [
    ...makerProblems(bid, bid.client, "bid", context),
    ...nonceProblems(bid.client, bid.nonce, context),
  ];
}

/** Who acts for the maker, if not the maker itself. */
export function delegateOf(maker: Address, context: AuthorityContext): Address | undefined {
  const { signature, signer, caller, accepted, delegation } = context;
  if (signature === "0x") return sameHex(caller, maker) ? undefined : caller;
  return accepted || sameHex(signer, maker) || delegation.sides === 0n ? undefined : signer;
}

/** Whether an ask is bonded out of its provider's stake. */
export function isOnStake(provider: Address, context: AuthorityContext): boolean {
  return delegateOf(provider, context) !== undefined && context.delegation.sides === ON_STAKE;
}

function makerProblems(
  order: Pick<Ask | Bid, "nonce" | "expiry" | "token">,
  maker: Address,
  side: keyof typeof SIDES,
  context: AuthorityContext,
): Problem[] {
  const { nonce, expiry, token } = order;
  const { signature, caller, now } = context;
  const signed = signature !== "0x";
  return [
    ...unless(now <= expiry, "OrdersExpired", { maker, nonce, expiry }),
    ...unless(signed === (nonce !== 0n), "OrdersInvalidNonce", { maker, nonce }),
    ...(signed ? signatureProblems(maker, context) : callerProblems(maker, caller, context)),
    ...delegateProblems(maker, token, SIDES[side], context),
  ];
}

function callerProblems(maker: Address, caller: Address, context: AuthorityContext): Problem[] {
  const acts = sameHex(caller, maker) || context.delegation.sides !== 0n;
  return unless(acts, "OrdersUnsigned", { maker, caller });
}

function signatureProblems(maker: Address, context: AuthorityContext): Problem[] {
  const { digest, signer, accepted, delegation } = context;
  const signed = sameHex(signer, maker) && !sameHex(signer, ZERO_ADDRESS);
  const valid = accepted || signed || delegation.sides !== 0n;
  return unless(valid, "OrdersInvalidSignature", { maker, digest });
}

function delegateProblems(
  maker: Address,
  token: Address,
  side: bigint,
  context: AuthorityContext,
): Problem[] {
  const { delegation, now, amount } = context;
  const delegate = delegateOf(maker, context);
  if (delegate === undefined || delegation.sides === 0n) return [];
  const staked = delegation.sides === ON_STAKE && side === SIDES.ask;
  const covered = staked || (delegation.sides & side) !== 0n;
  const allowed = covered && now <= delegation.expiry;
  const left = delegation.cap > delegation.pulled ? delegation.cap - delegation.pulled : 0n;
  return [
    ...unless(allowed, "OrdersNotDelegated", { maker, delegate, token, side }),
    ...unless(staked || amount <= left, "OrdersCapExceeded", {
      maker,
      delegate,
      token,
      amount,
      left,
    }),
  ];
}

function nonceProblems(maker: Address, nonce: bigint, context: AuthorityContext): Problem[] {
  return unless(nonce === 0n || !context.nonceUsed, "OrdersNonceUsed", { maker, nonce });
}
