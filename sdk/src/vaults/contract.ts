import { StakeVault__factory } from "../../../typechain-types/factories/contracts/finance/StakeVault__factory";
import type { StakeVault } from "../../../typechain-types";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";

/** A vault, for reading. */
export function vaultAt({ provider }: Pick<ErgonClient, "provider">, vault: Address): StakeVault {
  return StakeVault__factory.connect(vault, provider);
}
