import { digestOf, signStruct, typedStruct } from "./domain";
import type { Signer } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { SigningDomain } from "./domain";

/** That the holder of a licence wants to be served by a data host for some minutes. */
export interface HostSessionRequest {
  readonly licence: bigint;
  readonly holder: Address;
  /** The origin of the host's URL, as the holder knows it, so that nobody else can pass the signature on. */
  readonly audience: string;
  /** What the host shall seal the dataset's key to: a compressed point of secp256k1. */
  readonly publicKey: Hex;
  /** As the host gave it. */
  readonly challenge: Hex;
  /** Seconds since 1970; the last second at which the signature counts. */
  readonly expiresAt: bigint;
}

/** The EIP-712 struct of a request for a session. */
export const HOST_SESSION_STRUCT = typedStruct(
  "HostSession",
  "uint256 licence,address holder,string audience,bytes publicKey,bytes32 challenge,uint256 expiresAt",
);

/** The digest that a holder signs; `domain` is the market's. Throws `InputError` if a field does not fit. */
export function hostSessionDigest(domain: SigningDomain, request: HostSessionRequest): Hex {
  return digestOf(domain, HOST_SESSION_STRUCT, request);
}

/** Signs a request for a session; `domain` is the market's. */
export function signHostSession(
  signer: Signer,
  domain: SigningDomain,
  request: HostSessionRequest,
): Promise<Hex> {
  return signStruct(signer, domain, HOST_SESSION_STRUCT, request);
}
