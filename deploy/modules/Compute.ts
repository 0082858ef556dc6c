import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";

import { ACCESS_ROLES, GUARDIAN_SELECTORS } from "../access";
import Governance from "./Governance";
import Payments from "./Payments";

/** The registries and the market, with one payment token listed for jobs without a verifier. */
export default buildModule("Compute", (m) => {
  const { accessManager } = m.useModule(Governance);
  const { ledger } = m.useModule(Payments);

  const gpuRegistry = m.contract("GpuRegistry");
  const modelRegistry = m.contract("ModelRegistry");
  const jobEscrow = m.contract("JobEscrow", [
    accessManager,
    ledger,
    gpuRegistry,
    m.getParameter("treasury"),
  ]);
  const orderBook = m.contractAt("OrderBook", m.staticCall(jobEscrow, "ORDER_BOOK"));

  const token = m.getParameter("token");
  m.call(orderBook, "setFee", [m.getParameter("feeBps")]);
  m.call(orderBook, "setDemandPrices", [token, m.getParameter("demandPrices")]);
  m.call(orderBook, "setVerifierTerms", [
    token,
    ZeroAddress,
    m.getParameter("termsWithoutVerifier"),
  ]);
  m.call(accessManager, "setTargetFunctionRole", [
    orderBook,
    GUARDIAN_SELECTORS,
    ACCESS_ROLES.GUARDIAN,
  ]);

  return { gpuRegistry, modelRegistry, jobEscrow, orderBook };
});
