import { loanDomainOf, signerOf } from "../../client";
import { signAttestationWith } from "../../eip712/attestation";
import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";
import type { Attestation, SignedAttestation } from "../../eip712/attestation";

/**
 * Signs, as a custodian, what a GPU is and is worth, so that `drawLoan` can carry it. Throws `ErgonError`
 * NO_SIGNER or REJECTED.
 *
 * @example
 * const signed = await signAttestation(custodian, attestation);
 */
export async function signAttestation(
  client: ErgonClient,
  attestation: Attestation,
): Promise<SignedAttestation> {
  const domain = await loanDomainOf(client);
  const signature = await translated(() =>
    signAttestationWith(signerOf(client), domain, attestation),
  );
  return { attestation, signature };
}
