import {
  GpuRegistry__factory,
  JobEscrow__factory,
  Ledger__factory,
  ModelRegistry__factory,
  OptimisticVerifier__factory,
  OrderBook__factory,
} from "../../typechain-types";

/** Encoders and decoders of the contracts' calls, events and errors. */
export const abi = {
  ledger: Ledger__factory.createInterface(),
  jobEscrow: JobEscrow__factory.createInterface(),
  orderBook: OrderBook__factory.createInterface(),
  gpuRegistry: GpuRegistry__factory.createInterface(),
  modelRegistry: ModelRegistry__factory.createInterface(),
  optimisticVerifier: OptimisticVerifier__factory.createInterface(),
} as const;
