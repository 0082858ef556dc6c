import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The Ledger, which nobody administers. */
export default buildModule("Payments", (m) => {
  const ledger = m.contract("Ledger");

  return { ledger };
});
