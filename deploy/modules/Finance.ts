import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Compute from "./Compute";

/** The factory of stake vaults, which nobody administers. */
export default buildModule("Finance", (m) => {
  const { jobEscrow } = m.useModule(Compute);

  const stakeVaultFactory = m.contract("StakeVaultFactory", [jobEscrow]);

  return { stakeVaultFactory };
});
