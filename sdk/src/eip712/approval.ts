import { digestOf, signStruct, typedStruct } from "./domain";
import type { Signer } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { SigningDomain } from "./domain";

/** A client's word that an output is what it wanted. */
export interface Approval {
  readonly id: bigint;
  readonly outputRoot: Hex;
  readonly units: bigint;
}

/** The EIP-712 struct of an approval. */
export const APPROVAL_STRUCT = typedStruct(
  "Approval",
  "bytes32 jobId,bytes32 outputRoot,uint64 units",
);

/** The digest that a client signs to approve an output; `domain` is the escrow's. */
export function approvalDigest(domain: SigningDomain, approval: Approval): Hex {
  return digestOf(domain, APPROVAL_STRUCT, messageOf(approval));
}

/** Signs an approval; `domain` is the escrow's. */
export function signApprovalWith(
  signer: Signer,
  domain: SigningDomain,
  approval: Approval,
): Promise<Hex> {
  return signStruct(signer, domain, APPROVAL_STRUCT, messageOf(approval));
}

function messageOf({ id, outputRoot, units }: Approval): object {
  return { jobId: wordOf(id), outputRoot, units };
}

/** A number as a word of 32 bytes. */
export function wordOf(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
