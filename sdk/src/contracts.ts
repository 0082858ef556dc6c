import { AccessManager__factory } from "../../typechain-types/factories/@openzeppelin/contracts/access/manager/AccessManager__factory";
import { AccessMarket__factory } from "../../typechain-types/factories/contracts/data/AccessMarket__factory";
import { DataDAO__factory } from "../../typechain-types/factories/contracts/data/DataDAO__factory";
import { DataDaoFactory__factory } from "../../typechain-types/factories/contracts/data/DataDaoFactory__factory";
import { DataGovernor__factory } from "../../typechain-types/factories/contracts/data/DataGovernor__factory";
import { DataShares__factory } from "../../typechain-types/factories/contracts/data/DataShares__factory";
import { DataTimelock__factory } from "../../typechain-types/factories/contracts/data/DataTimelock__factory";
import { ErgonToken__factory } from "../../typechain-types/factories/contracts/governance/ErgonToken__factory";
import { GpuRegistry__factory } from "../../typechain-types/factories/contracts/compute/GpuRegistry__factory";
import { JobEscrow__factory } from "../../typechain-types/factories/contracts/compute/JobEscrow__factory";
import { Ledger__factory } from "../../typechain-types/factories/contracts/payments/Ledger__factory";
import { LoanBook__factory } from "../../typechain-types/factories/contracts/finance/LoanBook__factory";
import { ModelRegistry__factory } from "../../typechain-types/factories/contracts/compute/ModelRegistry__factory";
import { OptimisticVerifier__factory } from "../../typechain-types/factories/contracts/verification/OptimisticVerifier__factory";
import { OrderBook__factory } from "../../typechain-types/factories/contracts/compute/OrderBook__factory";
import { ProtocolGovernor__factory } from "../../typechain-types/factories/contracts/governance/ProtocolGovernor__factory";
import { ProtocolTimelock__factory } from "../../typechain-types/factories/contracts/governance/ProtocolTimelock__factory";
import { StakeVault__factory } from "../../typechain-types/factories/contracts/finance/StakeVault__factory";
import { StakeVaultFactory__factory } from "../../typechain-types/factories/contracts/finance/StakeVaultFactory__factory";

/** Encoders and decoders of the contracts' calls, events and errors. */
export const abi = {
  ledger: Ledger__factory.createInterface(),
  jobEscrow: JobEscrow__factory.createInterface(),
  orderBook: OrderBook__factory.createInterface(),
  gpuRegistry: GpuRegistry__factory.createInterface(),
  modelRegistry: ModelRegistry__factory.createInterface(),
  optimisticVerifier: OptimisticVerifier__factory.createInterface(),
  stakeVaultFactory: StakeVaultFactory__factory.createInterface(),
  stakeVault: StakeVault__factory.createInterface(),
  loanBook: LoanBook__factory.createInterface(),
  dataDaoFactory: DataDaoFactory__factory.createInterface(),
  dataDAO: DataDAO__factory.createInterface(),
  dataShares: DataShares__factory.createInterface(),
  dataGovernor: DataGovernor__factory.createInterface(),
  dataTimelock: DataTimelock__factory.createInterface(),
  accessMarket: AccessMarket__factory.createInterface(),
  accessManager: AccessManager__factory.createInterface(),
  timelock: ProtocolTimelock__factory.createInterface(),
  ergonToken: ErgonToken__factory.createInterface(),
  governor: ProtocolGovernor__factory.createInterface(),
} as const;
