import { digestOf, signStruct, typedStruct } from "./domain";
import type { Signer } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { SigningDomain } from "./domain";

/** An owner's consent that somebody gives its data to a dataset, and that its bond is pulled for them. */
export interface ContributionConsent {
  readonly owner: Address;
  /** The root of the slot. */
  readonly slot: Hex;
  /** Points in the slot. */
  readonly count: bigint;
  /** What the data are, as the community names it. */
  readonly schema: Hex;
  /** Where they are found. */
  readonly uri: string;
  /** The owner's next nonce at the dataset. */
  readonly nonce: bigint;
  /** Seconds since 1970; the last second at which the signature counts. */
  readonly deadline: bigint;
}

/** A consent with the signature of its owner. */
export interface SignedContribution {
  readonly consent: ContributionConsent;
  readonly signature: Hex;
}

/** The EIP-712 struct of a consent. */
export const CONTRIBUTION_STRUCT = typedStruct(
  "Contribution",
  "address owner,bytes32 slot,uint256 count,bytes32 schema,string uri,uint256 nonce,uint256 deadline",
);

/** The digest that an owner signs; `domain` is the dataset's. */
export function contributionDigest(domain: SigningDomain, consent: ContributionConsent): Hex {
  return digestOf(domain, CONTRIBUTION_STRUCT, consent);
}

/** Signs a consent; `domain` is the dataset's. */
export function signContributionWith(
  signer: Signer,
  domain: SigningDomain,
  consent: ContributionConsent,
): Promise<Hex> {
  return signStruct(signer, domain, CONTRIBUTION_STRUCT, consent);
}
