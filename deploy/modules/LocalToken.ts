import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** A payment token that anyone may mint, for chains that have none. */
export default buildModule("LocalToken", (m) => {
  const token = m.contract("MockERC20", [
    m.getParameter("name"),
    m.getParameter("symbol"),
    m.getParameter("decimals"),
  ]);

  return { token };
});
