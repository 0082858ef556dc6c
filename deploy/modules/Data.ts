import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import Compute from "./Compute";
import Payments from "./Payments";

/** The factory of datasets, which nobody administers, and the contracts that it makes clones of. */
export default buildModule("Data", (m) => {
  const { ledger } = m.useModule(Payments);
  const { jobEscrow } = m.useModule(Compute);

  const implementations = {
    dataset: m.contract("DataDAO", [jobEscrow]),
    shares: m.contract("DataShares"),
    governor: m.contract("DataGovernor"),
    timelock: m.contract("DataTimelock"),
    market: m.contract("AccessMarket", [ledger]),
  };
  const dataDaoFactory = m.contract("DataDaoFactory", [implementations]);

  return { dataDaoFactory };
});
