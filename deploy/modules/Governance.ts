import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { ACCESS_ROLES, TIMELOCK_ROLES } from "../access";

/** The timelock, set up and left by the deployer, and the AccessManager, which the deployer still administers. */
export default buildModule("Governance", (m) => {
  const deployer = m.getAccount(0);

  const timelock = m.contract("ProtocolTimelock", [
    m.getParameter("minDelay"),
    [m.getParameter("proposer")],
    [m.getParameter("executor")],
    deployer,
  ]);
  const canceller = m.call(timelock, "grantRole", [
    TIMELOCK_ROLES.CANCELLER,
    m.getParameter("canceller"),
  ]);
  m.call(timelock, "renounceRole", [TIMELOCK_ROLES.DEFAULT_ADMIN, deployer], {
    after: [canceller],
  });

  const accessManager = m.contract("AccessManager", [deployer]);
  m.call(accessManager, "labelRole", [ACCESS_ROLES.GUARDIAN, "GUARDIAN"]);
  m.call(accessManager, "grantRole", [ACCESS_ROLES.GUARDIAN, m.getParameter("guardian"), 0n]);

  return { timelock, accessManager };
});
