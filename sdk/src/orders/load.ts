import { orderDomainOf } from "../client";
import { askDigest, bidDigest } from "../eip712/orders";
import { isErc1271SignedBy, recoverSigner } from "../eip712/signers";
import { ErgonError } from "../errors/errors";
import { translated } from "../errors/translate";
import { ZERO_ADDRESS, sameHex } from "../types/address";
import { nonceSlot } from "./nonce";
import type { Hex } from "../../../tensor/src/index";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";
import type { Ask, Bid } from "../types/order";
import type { AuthorityContext, Delegation } from "./authority";
import type { Purse } from "./money";
import type { StakeContext } from "./stake";

/** A block by number and time. */
export interface Moment {
  readonly blockNumber: number;
  /** Seconds since 1970. */
  readonly now: bigint;
}

/** Who brings an order, signed or not. */
export interface Brought {
  readonly signature: Hex;
  readonly caller: Address;
  /** What a delegate would pull, in payment-token units. */
  readonly amount: bigint;
}

const NOTHING: Delegation = { sides: 0n, expiry: 0n, cap: 0n, pulled: 0n };

/** The newest block. Throws `ErgonError` RPC. */
export async function latestMoment({ provider }: ErgonClient): Promise<Moment> {
  const block = await translated(() => provider.getBlock("latest"));
  if (block === null) throw new ErgonError("RPC", "the node gave no newest block", true);
  return { blockNumber: block.number, now: BigInt(block.timestamp) };
}

/** What the chain says about who stands behind an order. Throws `ErgonError` RPC. */
export async function loadAuthority(
  client: ErgonClient,
  order: Ask | Bid,
  { signature, caller, amount }: Brought,
  { blockNumber, now }: Moment,
): Promise<AuthorityContext> {
  const domain = await orderDomainOf(client);
  const isAsk = "worker" in order;
  const maker = isAsk ? order.provider : order.client;
  const digest = isAsk ? askDigest(domain, order) : bidDigest(domain, order);
  const signed = signature !== "0x";
  const signer = signed ? recoverSigner(digest, signature) : ZERO_ADDRESS;
  const { word, mask } = nonceSlot(order.nonce);
  const at = { blockTag: blockNumber };
  const [bits, delegation, accepted] = await Promise.all([
    translated(() => client.orderBook.nonceBitmap(maker, word, at)),
    loadDelegation(client, maker, signed ? signer : caller, order.token, blockNumber),
    signed && isErc1271SignedBy(client.provider, maker, digest, signature),
  ]);
  const nonceUsed = (bits & mask) !== 0n;
  return { caller, now, digest, signature, signer, accepted, delegation, nonceUsed, amount };
}

/** An account's claims on a token, as far as the escrow may pull them. Throws `ErgonError` RPC. */
export async function loadPurse(
  { ledger, addresses }: ErgonClient,
  owner: Address,
  token: Address,
  blockTag: number,
): Promise<Purse> {
  const id = BigInt(token);
  const escrow = addresses.jobEscrow;
  const [claims, allowance, isOperator] = await translated(() =>
    Promise.all([
      ledger.balanceOf(owner, id, { blockTag }),
      ledger.allowance(owner, escrow, id, { blockTag }),
      ledger.isOperator(owner, escrow, { blockTag }),
    ]),
  );
  return { owner, claims, allowance, isOperator };
}

/** The stake behind an ask, and whether its model may be sold on it. Throws `ErgonError` RPC. */
export async function loadStake(
  { jobEscrow, orderBook }: ErgonClient,
  { provider, token, modelId }: Ask,
  blockTag: number,
): Promise<StakeContext> {
  const [{ free, rentBps, suspended }, mirrored] = await translated(() =>
    Promise.all([
      jobEscrow.stakeOf(provider, token, { blockTag }),
      orderBook.isMirrored(modelId, { blockTag }),
    ]),
  );
  return { free, rentBps, suspended, mirrored };
}

async function loadDelegation(
  { orderBook }: ErgonClient,
  maker: Address,
  delegate: Address,
  token: Address,
  blockTag: number,
): Promise<Delegation> {
  if (sameHex(delegate, ZERO_ADDRESS) || sameHex(delegate, maker)) return NOTHING;
  const { sides, expiry, cap, pulled } = await translated(() =>
    orderBook.delegation(maker, delegate, token, { blockTag }),
  );
  return { sides, expiry, cap, pulled };
}
