import { IERC1271__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/interfaces/IERC1271__factory";
import { Signature, dataLength, getBytes, recoverAddress } from "ethers";
import { toErgonError } from "../errors/translate";
import { ErgonRevertError } from "../errors/errors";
import { ZERO_ADDRESS, asAddress } from "../types/address";
import type { Provider } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";

const SIGNATURE_BYTES = 65;
const ERC1271_GAS = 150_000n;
const CALL_GAS = 21_000n;
const OUT_OF_GAS = /out ?of ?gas/i;
const MAGIC = `0x1626ba7e${"00".repeat(28)}`;

/**
 * Who signed a digest by ECDSA; zero if nobody did. As the contracts do, refuses signatures that are
 * malleable, compact, or with a recovery byte other than 27 and 28.
 */
export function recoverSigner(digest: Hex, signature: Hex): Address {
  if (dataLength(signature) !== SIGNATURE_BYTES) return ZERO_ADDRESS;
  if (![27, 28].includes(getBytes(signature)[SIGNATURE_BYTES - 1])) return ZERO_ADDRESS;
  try {
    return asAddress(recoverAddress(digest, Signature.from(signature)));
  } catch {
    // no point of the curve, or the malleable half: nobody's signature
    return ZERO_ADDRESS;
  }
}

/**
 * Whether the contract at `signer` accepts a signature by ERC-1271 within the gas that the contracts
 * give it. Throws `ErgonError` RPC.
 */
export async function isErc1271SignedBy(
  provider: Provider,
  signer: Address,
  digest: Hex,
  signature: Hex,
): Promise<boolean> {
  const data = IERC1271__factory.createInterface().encodeFunctionData("isValidSignature", [
    digest,
    signature,
  ]);
  const gasLimit = ERC1271_GAS + CALL_GAS + calldataGas(getBytes(data));
  try {
    if ((await provider.getCode(signer)) === "0x") return false;
    return (await provider.call({ to: signer, data, gasLimit })).slice(0, MAGIC.length) === MAGIC;
  } catch (thrown) {
    const error = toErgonError(thrown);
    // a node names a call that ran out of gas in words of its own, and gives no revert data
    if (error instanceof ErgonRevertError || OUT_OF_GAS.test(error.message)) return false;
    throw error;
  }
}

function calldataGas(data: Uint8Array): bigint {
  return data.reduce((gas, byte) => gas + (byte === 0 ? 4n : 16n), 0n);
}
