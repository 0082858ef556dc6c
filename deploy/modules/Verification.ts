import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Compute from "./Compute";

/** The optimistic verifier, listed for the payment token. */
export default buildModule("Verification", (m) => {
  const { jobEscrow, modelRegistry, orderBook } = m.useModule(Compute);

  const tensorStep = m.contract("TensorStep");
  const optimisticVerifier = m.contract("OptimisticVerifier", [
    jobEscrow,
    modelRegistry,
    tensorStep,
  ]);
  m.call(orderBook, "setVerifierTerms", [
    m.getParameter("token"),
    optimisticVerifier,
    m.getParameter("terms"),
  ]);

  return { tensorStep, optimisticVerifier };
});
