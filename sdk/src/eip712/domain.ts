import { TypedDataEncoder } from "ethers";
import type { Signer, TypedDataDomain, TypedDataField } from "ethers";
import { InputError } from "../errors/errors";
import { asHex } from "../types/address";
import type { Address } from "../types/address";
import type { Hex } from "../../../tensor/src/index";

/** The contract and chain that a signature is for. */
export interface SigningDomain {
  readonly chainId: bigint;
  /** "Ergon" unless given. */
  readonly name?: string;
  /** The order book for orders; the escrow for approvals and receipts; the verifier for moves; the loan book for attestations; a dataset for consents; a market of licences for sessions. */
  readonly verifyingContract: Address;
}

/** One EIP-712 struct: its name and fields. */
export interface TypedStruct {
  readonly name: string;
  readonly fields: readonly TypedDataField[];
}

/** The EIP-712 domain of the market's contracts. */
export function typedDomain({ name = "Ergon", ...rest }: SigningDomain): TypedDataDomain {
  const { chainId, verifyingContract } = rest;
  return { name, version: "1", chainId, verifyingContract };
}

/** Fields of a struct from "type name" pairs, comma separated. */
export function typedStruct(name: string, members: string): TypedStruct {
  const fields = members.split(",").map((member) => {
    const [type, field] = member.trim().split(" ");
    return { name: field, type };
  });
  return { name, fields };
}

/** The digest that is signed for `value`. Throws `InputError` if a field does not fit. */
export function digestOf(domain: SigningDomain, struct: TypedStruct, value: object): Hex {
  const types = { [struct.name]: [...struct.fields] };
  try {
    return asHex(TypedDataEncoder.hash(typedDomain(domain), types, value));
  } catch (cause) {
    throw new InputError(`this is no ${struct.name}: a field is missing or out of range`, {
      cause,
    });
  }
}

/** The signature of `value`, of 65 bytes. Throws `InputError`, and what the signer throws. */
export async function signStruct(
  signer: Signer,
  domain: SigningDomain,
  struct: TypedStruct,
  value: object,
): Promise<Hex> {
  const types = { [struct.name]: [...struct.fields] };
  digestOf(domain, struct, value);
  return asHex(await signer.signTypedData(typedDomain(domain), types, { ...value }));
}
