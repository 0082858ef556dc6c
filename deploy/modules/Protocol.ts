import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { ACCESS_ROLES } from "../access";
import Compute from "./Compute";
import Data from "./Data";
import Finance from "./Finance";
import Governance from "./Governance";
import Payments from "./Payments";
import Verification from "./Verification";

/** Everything, with the administration handed to the timelock as the last step. */
export default buildModule("Protocol", (m) => {
  const { ergonToken, governor, timelock, accessManager } = m.useModule(Governance);
  const { ledger } = m.useModule(Payments);
  const { gpuRegistry, modelRegistry, jobEscrow, orderBook } = m.useModule(Compute);
  const { tensorStep, optimisticVerifier } = m.useModule(Verification);
  const { stakeVaultFactory, loanBook } = m.useModule(Finance);
  const { dataDaoFactory } = m.useModule(Data);

  const handover = m.call(accessManager, "grantRole", [ACCESS_ROLES.ADMIN, timelock, 0n], {
    after: [Governance, Payments, Compute, Verification, Finance, Data],
  });
  m.call(accessManager, "renounceRole", [ACCESS_ROLES.ADMIN, m.getAccount(0)], {
    after: [handover],
  });

  return {
    ...{ ergonToken, governor, timelock, accessManager, ledger },
    ...{ gpuRegistry, modelRegistry, jobEscrow, orderBook },
    ...{ tensorStep, optimisticVerifier, stakeVaultFactory, loanBook },
    dataDaoFactory,
  };
});
