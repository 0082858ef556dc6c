import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { HARDWARE_CLASSES } from "../hardware";
import Compute from "./Compute";
import Governance from "./Governance";

/** The factory of stake vaults, which nobody administers, and the book of loans with its fee and curves. */
export default buildModule("Finance", (m) => {
  const { accessManager } = m.useModule(Governance);
  const { jobEscrow } = m.useModule(Compute);

  const stakeVaultFactory = m.contract("StakeVaultFactory", [jobEscrow]);
  const loanBook = m.contract("LoanBook", [accessManager, jobEscrow, stakeVaultFactory]);
  m.call(loanBook, "setAdvanceFee", [m.getParameter("advanceFeeBps")]);
  for (const { name, word } of HARDWARE_CLASSES) {
    m.call(loanBook, "setCurve", [word, m.getParameter(name)], { id: `curve_${name}` });
  }

  return { stakeVaultFactory, loanBook };
});
