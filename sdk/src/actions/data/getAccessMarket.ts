import { marketAt } from "../../datasets/contract";
import { plainStruct } from "../../decode";
import { translated } from "../../errors/translate";
import { asAddress } from "../../types/address";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { SaleTerms } from "../../types/dataset";

/** Which market, and as of which block. */
export interface GetAccessMarketParameters {
  readonly market: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** A market of licences. Amounts are payment-token units, times seconds since 1970. */
export interface AccessMarketState {
  readonly market: Address;
  readonly blockNumber: number;
  /** Of the licences. */
  readonly name: string;
  /** Gets the pot's share of a price. */
  readonly dataset: Address;
  /** Sets the terms, and gets the rest of a price: the dataset's timelock. */
  readonly owner: Address;
  readonly token: Address;
  /** Of a purchase made now. */
  readonly price: bigint;
  /** Of purchases to come. */
  readonly terms: SaleTerms;
  /** When the present schedule of prices began. */
  readonly startedAt: bigint;
  /** Licences granted since then. */
  readonly granted: bigint;
  /** Purchases that are neither granted nor refunded. */
  readonly pending: bigint;
  /** All purchases ever made, which is the last one's id. */
  readonly bought: bigint;
  /** The epoch of the key that licences are granted with. */
  readonly keyEpoch: bigint;
}

/**
 * A market of licences as of one block. Throws `InputError` for an address without a contract, `ErgonRevertError` for
 * another contract, or `ErgonError` RPC.
 *
 * @example
 * const { price, terms } = await getAccessMarket(client, { market });
 */
export async function getAccessMarket(
  client: ErgonClient,
  { market, ...rest }: GetAccessMarketParameters,
): Promise<AccessMarketState> {
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockNumber = rest.blockNumber ?? (await latest());
  const contract = marketAt(client, market);
  const at = { blockTag: blockNumber };
  const [name, dataset, owner, token, price, terms, sales] = await translated(() =>
    Promise.all([
      contract.name(at),
      contract.dao(at),
      contract.owner(at),
      contract.token(at),
      contract.price(at),
      contract.terms(at),
      contract.sales(at),
    ]),
  );
  return {
    ...{ market, blockNumber, name, price },
    ...{ dataset: asAddress(dataset), owner: asAddress(owner), token: asAddress(token) },
    terms: plainStruct(terms) as unknown as SaleTerms,
    ...(plainStruct(sales) as unknown as Pick<
      AccessMarketState,
      "startedAt" | "granted" | "pending" | "bought" | "keyEpoch"
    >),
  };
}
