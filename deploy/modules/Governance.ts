import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";

import { ACCESS_ROLES, TIMELOCK_ROLES } from "../access";

/**
 * The token that votes, the timelock with the governor as its only proposer, which the deployer sets up and leaves,
 * and the AccessManager, which the deployer still administers.
 */
export default buildModule("Governance", (m) => {
  const deployer = m.getAccount(0);
  const guardian = m.getParameter("guardian");

  const ergonToken = m.contract("ErgonToken", [m.getParameter("holdings")]);
  // nobody proposes yet; everybody may execute what is due
  const timelock = m.contract("ProtocolTimelock", [
    m.getParameter("minDelay"),
    [],
    [ZeroAddress],
    deployer,
  ]);
  const governor = m.contract("ProtocolGovernor", [
    ergonToken,
    timelock,
    {
      votingDelay: m.getParameter("votingDelay"),
      votingPeriod: m.getParameter("votingPeriod"),
      proposalThreshold: m.getParameter("proposalThreshold"),
      quorumPercent: m.getParameter("quorumPercent"),
      voteExtension: m.getParameter("voteExtension"),
      guardian,
    },
  ]);
  const grants = [TIMELOCK_ROLES.PROPOSER, TIMELOCK_ROLES.CANCELLER].map((role, i) =>
    m.call(timelock, "grantRole", [role, governor], { id: `governorRole${i}` }),
  );
  m.call(timelock, "renounceRole", [TIMELOCK_ROLES.DEFAULT_ADMIN, deployer], { after: grants });

  const accessManager = m.contract("AccessManager", [deployer]);
  m.call(accessManager, "labelRole", [ACCESS_ROLES.GUARDIAN, "GUARDIAN"]);
  m.call(accessManager, "grantRole", [ACCESS_ROLES.GUARDIAN, guardian, 0n]);

  return { ergonToken, governor, timelock, accessManager };
});
