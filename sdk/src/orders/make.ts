import { id } from "ethers";
import { InputError } from "../errors/errors";
import { ZERO_ADDRESS, asHex } from "../types/address";
import { TermsClass } from "../types/order";
import { randomNonce } from "./nonce";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { Ask, Bid } from "../types/order";

const HOUR = 3_600n;

/** What an ask cannot do without. */
type AskNeeds = "provider" | "modelId" | "token" | "unitPrice" | "unitBond" | "maxUnits";

/** What a bid cannot do without. */
type BidNeeds =
  "client" | "modelId" | "inputRoot" | "units" | "token" | "maxUnitPrice" | "minUnitBond";

/** When an order is made, for its expiry. */
interface Made {
  /** Seconds since 1970; the machine's clock unless given. */
  readonly now?: bigint;
}

/** What an ask is made of. */
export type MakeAskParameters = Pick<Ask, AskNeeds> & Partial<Ask> & Made;

/** What a bid is made of. */
export type MakeBidParameters = Pick<Bid, BidNeeds> &
  Partial<Bid> &
  Made & {
    /** Where the inputs are found, instead of its hash. */
    readonly inputUri?: string;
  };

/**
 * An ask with the usual terms: delivered within an hour by the provider itself, valid for a day, the
 * whole price due on a cancellation, the standard class, no GPU named, no verifier, for a
 * counterparty to fill, with a random nonce to be signed. Give nonce 0n for an ask that the provider
 * itself brings.
 *
 * @example
 * const ask = makeAsk({ provider, modelId, token, unitPrice: 1_000n, unitBond: 2_000n, maxUnits: 100n });
 */
export function makeAsk({ now, ...terms }: MakeAskParameters): Ask {
  return {
    worker: terms.provider,
    gpuId: 0n,
    turnaround: HOUR,
    cancelShareBps: 10_000n,
    verifier: ZERO_ADDRESS,
    termsClass: TermsClass.Standard,
    nonce: randomNonce(),
    expiry: tomorrow(now),
    open: false,
    ...terms,
  };
}

/**
 * A bid with the usual terms: any provider and GPU, independent units, delivered within an hour,
 * valid for a day, the standard class, no verifier, for a counterparty to fill, with a random nonce
 * to be signed. Give nonce 0n for a bid that the client itself brings. Throws `InputError` if it
 * names neither provider nor verifier, or both a URI and another hash.
 *
 * @example
 * const bid = makeBid({ client, provider, modelId, inputRoot, inputUri: "https://…", units: 4n,
 *   token, maxUnitPrice: 1_000n, minUnitBond: 1_000n });
 */
export function makeBid({ now, inputUri, ...terms }: MakeBidParameters): Bid {
  const uriHash = inputUriHash(inputUri ?? "");
  if (inputUri !== undefined && (terms.inputUriHash ?? uriHash) !== uriHash) {
    throw new InputError("the input URI has another hash than the one given");
  }
  const bid: Bid = {
    provider: ZERO_ADDRESS,
    gpuId: 0n,
    chained: false,
    inputUriHash: uriHash,
    maxTurnaround: HOUR,
    verifier: ZERO_ADDRESS,
    termsClass: TermsClass.Standard,
    nonce: randomNonce(),
    expiry: tomorrow(now),
    open: false,
    ...terms,
  };
  if (isZero(bid.provider) && isZero(bid.verifier)) {
    throw new InputError("a bid names its provider or a verifier, or both");
  }
  return bid;
}

/** The hash that a bid carries for the URI of its inputs. */
export function inputUriHash(uri: string): Hex {
  return asHex(id(uri));
}

function isZero(address: Address): boolean {
  return address === ZERO_ADDRESS;
}

function tomorrow(now = BigInt(Math.floor(Date.now() / 1_000))): bigint {
  return now + 24n * HOUR;
}
