import { deployMarket } from "../shared/market";
import { createErgonClient } from "../../sdk/src/index";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { ErgonClient } from "../../sdk/src/index";
import type { Market } from "../shared/market";

/** A market and SDK clients for its accounts. */
export async function deploySdkMarket() {
  const market = await deployMarket();
  const { client, provider, worker, verifier, stranger, delegate, admin } = market;
  return {
    market,
    client: clientOf(market, client),
    provider: clientOf(market, provider),
    worker: clientOf(market, worker),
    verifier: clientOf(market, verifier),
    stranger: clientOf(market, stranger),
    delegate: clientOf(market, delegate),
    admin: clientOf(market, admin),
  };
}

/** An SDK client that acts for `account`. */
export function clientOf(market: Market, account: HardhatEthersSigner): ErgonClient {
  return createErgonClient({ runner: account, addresses: market.addresses });
}
