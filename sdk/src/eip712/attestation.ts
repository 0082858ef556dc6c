import { digestOf, signStruct, typedStruct } from "./domain";
import type { Signer } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { SigningDomain } from "./domain";

/** A custodian's word that a GPU exists, is what its registration says, and is worth a value. */
export interface Attestation {
  readonly gpuId: bigint;
  /** The same word as in the registry of GPUs. */
  readonly hardwareClass: Hex;
  readonly token: Address;
  /** What the GPU is worth at `madeAt`, in payment-token units. */
  readonly value: bigint;
  /** Seconds since 1970. */
  readonly madeAt: bigint;
  /** Seconds since 1970; the last second at which a loan can be drawn on it. */
  readonly expiresAt: bigint;
}

/** An attestation with the signature of its custodian. */
export interface SignedAttestation {
  readonly attestation: Attestation;
  readonly signature: Hex;
}

/** The EIP-712 struct of an attestation. */
export const ATTESTATION_STRUCT = typedStruct(
  "HardwareAttestation",
  "uint256 gpuId,bytes32 hardwareClass,address token,uint256 value,uint40 madeAt,uint40 expiresAt",
);

/** The digest that a custodian signs; `domain` is the loan book's. */
export function attestationDigest(domain: SigningDomain, attestation: Attestation): Hex {
  return digestOf(domain, ATTESTATION_STRUCT, attestation);
}

/** Signs an attestation; `domain` is the loan book's. */
export function signAttestationWith(
  signer: Signer,
  domain: SigningDomain,
  attestation: Attestation,
): Promise<Hex> {
  return signStruct(signer, domain, ATTESTATION_STRUCT, attestation);
}
