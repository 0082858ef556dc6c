import {
  ErgonRevertError,
  InputError,
  PurchaseStatus,
  duration,
  getAccessMarket,
  getDatasetContracts,
  getLicence,
  sameHex,
} from "../../sdk/src/index";
import type {
  AccessMarketState,
  Address,
  ErgonClient,
  HostedFile,
  Licence,
} from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { fields } from "./output";
import { formatAmount, readToken } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

/** A market of licences and the token of its prices. */
export interface MarketView {
  readonly market: AccessMarketState;
  readonly token: Token;
}

/**
 * Reads a market. Throws `ScriptError` ARGUMENT unless the deployment's factory made it: another one need not keep to
 * any rule.
 */
export async function viewMarket(client: ErgonClient, address: Address): Promise<MarketView> {
  const fake = `the deployment's factory made no market at ${address}`;
  try {
    const market = await getAccessMarket(client, { market: address });
    const parts = await getDatasetContracts(client, { dataset: market.dataset });
    if (!sameHex(parts.market, address)) throw new ScriptError("ARGUMENT", fake);
    return { market, token: await readToken(client, market.token) };
  } catch (cause) {
    const isOther = cause instanceof InputError || cause instanceof ErgonRevertError;
    throw isOther ? new ScriptError("ARGUMENT", fake, { cause }) : cause;
  }
}

/** A market in lines. */
export function describeMarket({ market, token }: MarketView): string[] {
  const { terms, name, granted, pending, bought, keyEpoch } = market;
  const money = (amount: bigint) => formatAmount(token, amount);
  return fields({
    market: `${market.market}, access to ${name}`,
    dataset: market.dataset,
    price: `${money(market.price)} now, from ${money(terms.reserve)} to ${money(terms.cap)}`,
    schedule: `${perDay(terms.ratePerDay)} licences a day for ${money(terms.initialPrice)}`,
    decay: `${Number(terms.decayBps) / 100} % a day without a sale`,
    licence: `${duration(terms.licenceTerm)} from the grant`,
    host: `${terms.host}, who grants within ${duration(terms.grantTime)}, or the price is refunded`,
    pot: `${Number(terms.potShareBps) / 100} % of a price`,
    sales: `${bought} bought, ${pending} pending, ${granted} granted since prices began anew`,
    "key epoch": keyEpoch,
  });
}

/** A purchase and its licence in lines. */
export function describeLicence(licence: Licence, token: Token): string[] {
  const { id, buyer, price, deadline, status, holder, expiresAt = 0n, keyEpoch, valid } = licence;
  const sale = { licence: id, buyer, price: formatAmount(token, price) };
  if (status === PurchaseStatus.Pending) {
    const state = `waits for the host until ${formatTime(deadline)}, then the price is refunded`;
    return fields({ ...sale, state });
  }
  if (status === PurchaseStatus.Refunded) return fields({ ...sale, state: "refunded" });
  const state = `${valid ? "valid" : "ended"}, last second ${formatTime(expiresAt)}`;
  return fields({ ...sale, holder, state, "key epoch": keyEpoch });
}

/** Reads a purchase at a market that the factory made, and the token of its price. Throws like `viewMarket`. */
export async function viewLicence(client: ErgonClient, address: Address, id: bigint) {
  const { token, market } = await viewMarket(client, address);
  const { blockNumber } = market;
  return { licence: await getLicence(client, { market: address, id, blockNumber }), token };
}

/** Downloaded files in lines. */
export function describeFiles(files: readonly HostedFile[], folder: string): string[] {
  return files.map(({ name, bytes }) => `${folder}/${plainName(name)}  from ${bytes} bytes`);
}

/** What a file is called once it is decrypted. */
export function plainName(name: string): string {
  return name.replace(/\.age$/, "");
}

function perDay(rate: bigint): number {
  return Number(rate) / 1e18;
}
