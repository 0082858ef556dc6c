import {
  duration,
  getAccessMarket,
  getContribution,
  getDataset,
  getDatasetContracts,
  getEpoch,
  slotShapeOf,
  translated,
} from "../../sdk/src/index";
import type {
  Address,
  Dataset,
  DatasetContracts,
  DatasetContribution,
  Epoch,
  ErgonClient,
  SaleTerms,
} from "../../sdk/src/index";
import { dimensionsOf } from "../../tensor/src/index";
import type { Hex } from "../../tensor/src/index";
import { ScriptError } from "./errors";
import { fields } from "./output";
import { formatAmount, readToken } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

/** A dataset, what belongs to it, and what a licence costs. */
export interface DatasetView {
  readonly dataset: Dataset;
  readonly contracts: DatasetContracts;
  readonly token: Token;
  /** The last epoch, over or not. */
  readonly last?: Epoch;
  readonly name: string;
  /** Of a licence now, in payment-token units. */
  readonly price: bigint;
  readonly sale: SaleTerms;
}

/** A dataset. Throws `ScriptError` ARGUMENT unless the deployment's factory made it: nothing else is to be trusted. */
export async function requireDataset(client: ErgonClient, dataset: Address): Promise<Dataset> {
  const { dataDaoFactory } = client;
  if (await translated(() => dataDaoFactory.isDataset(dataset))) {
    return getDataset(client, { dataset });
  }
  throw new ScriptError("ARGUMENT", `the deployment's factory made no dataset at ${dataset}`);
}

/** Reads a dataset and its market. Throws like `requireDataset`. */
export async function viewDataset(client: ErgonClient, address: Address): Promise<DatasetView> {
  const dataset = await requireDataset(client, address);
  const contracts = await getDatasetContracts(client, dataset);
  const { blockNumber, epochs: epochId } = dataset;
  const { market } = contracts;
  const [token, { name, price, terms: sale }, last] = await Promise.all([
    readToken(client, dataset.token),
    getAccessMarket(client, { market, blockNumber }),
    epochId === 0n ? undefined : getEpoch(client, { dataset: address, epochId, blockNumber }),
  ]);
  return { dataset, contracts, token, name, last, price, sale };
}

/** A dataset in lines. */
export function describeDataset(view: DatasetView): string[] {
  const { dataset, contracts, token, name, price, sale } = view;
  const { shape, valuation } = dataset;
  const { slotRows, rowWords } = slotShapeOf(shape);
  const money = (amount: bigint) => formatAmount(token, amount);
  return fields({
    ...{ dataset: dataset.dataset, name },
    host: dataset.host,
    "pool's owner": dataset.poolOwner,
    slots: `${dataset.slotsTaken} of ${2n ** shape.slots} taken, each of ${slotRows - 1} points of ${dimensionsOf({ rowWords })} dimensions`,
    points: dataset.pointsRoot,
    bonds: `${money(dataset.contributionBond)} a slot, ${money(dataset.seedBond)} a seed`,
    program: valuation.modelId,
    valuation: `${money(valuation.maxUnitPrice)} at most and ${money(valuation.minUnitBond)} of bond at least a test point, within ${duration(valuation.maxTurnaround)}`,
    verifier: valuation.verifier,
    "next pot": money(dataset.nextPot),
    epochs: `${dataset.epochs}${dataset.running === undefined ? ", none runs" : ", the last one runs"}`,
    licence: `${money(price)} now, ${money(sale.reserve)} to ${money(sale.cap)}, for ${duration(sale.licenceTerm)}`,
    "granted by": `${sale.host}, within ${duration(sale.grantTime)}`,
    market: contracts.market,
    shares: contracts.shares,
    governor: contracts.governor,
    timelock: contracts.timelock,
  });
}

/** A contribution in lines. */
export function describeContribution(
  { slot, owner, index, bond, leftAt, leftIn }: DatasetContribution,
  token: Token,
): string[] {
  const counted = leftIn === undefined ? "" : `, but epoch ${leftIn} counts it`;
  return fields({
    ...{ slot, owner, index, bond: formatAmount(token, bond) },
    ...(leftAt !== undefined && { left: `${formatTime(leftAt)}${counted}` }),
  });
}

/** A contribution to a dataset, and its token. Throws like `requireDataset`, and `InputError` if nobody gave it. */
export async function viewContribution(
  client: ErgonClient,
  dataset: Address,
  slot: Hex,
): Promise<{ readonly contribution: DatasetContribution; readonly token: Token }> {
  const { token } = await requireDataset(client, dataset);
  const contribution = await getContribution(client, { dataset, slot });
  return { contribution, token: await readToken(client, token) };
}
