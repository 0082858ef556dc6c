import { AccessMarket__factory } from "../../../typechain-types/factories/contracts/data/AccessMarket__factory";
import { DataDAO__factory } from "../../../typechain-types/factories/contracts/data/DataDAO__factory";
import type { AccessMarket, DataDAO } from "../../../typechain-types";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";

/** A dataset, for reading. */
export function datasetAt({ provider }: Pick<ErgonClient, "provider">, dataset: Address): DataDAO {
  return DataDAO__factory.connect(dataset, provider);
}

/** A market of licences, for reading. */
export function marketAt(
  { provider }: Pick<ErgonClient, "provider">,
  market: Address,
): AccessMarket {
  return AccessMarket__factory.connect(market, provider);
}
