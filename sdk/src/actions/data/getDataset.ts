import { datasetAt } from "../../datasets/contract";
import { plainStruct } from "../../decode";
import { translated } from "../../errors/translate";
import { asAddress, asHex } from "../../types/address";
import { EpochStatus } from "../../types/dataset";
import { getEpoch } from "./getEpoch";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { DatasetShape, DatasetValuation, Epoch } from "../../types/dataset";

/** Which dataset, and as of which block. */
export interface GetDatasetParameters {
  readonly dataset: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** A dataset. Amounts are payment-token units. */
export interface Dataset {
  readonly dataset: Address;
  readonly blockNumber: number;
  /** Whether the factory of this deployment made it: nothing else here can be trusted if not. */
  readonly made: boolean;
  /** May change roles and valuation: the timelock. */
  readonly owner: Address;
  /** The votes. */
  readonly shares: Address;
  readonly token: Address;
  readonly shape: DatasetShape;
  /** Of each contribution. */
  readonly contributionBond: bigint;
  /** Of host and pool's owner, for the next epoch. */
  readonly seedBond: bigint;
  readonly host: Address;
  readonly poolOwner: Address;
  readonly valuation: DatasetValuation;
  /** Slots that were ever taken, of `2 ** shape.slots`. */
  readonly slotsTaken: bigint;
  /** The root of all points. */
  readonly pointsRoot: Hex;
  /** What the next pot would be now. */
  readonly nextPot: bigint;
  /** Epochs that were ever opened, which is the last one's id. */
  readonly epochs: bigint;
  /** The last epoch, unless it ended. */
  readonly running?: Epoch;
}

/**
 * A dataset as of one block. Throws `InputError` for an address without a contract, `ErgonRevertError` for another
 * contract, or `ErgonError` RPC.
 *
 * @example
 * const { nextPot, running } = await getDataset(client, { dataset });
 */
export async function getDataset(
  client: ErgonClient,
  { dataset, ...rest }: GetDatasetParameters,
): Promise<Dataset> {
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockNumber = rest.blockNumber ?? (await latest());
  const [roles, terms, state] = await translated(() =>
    Promise.all([
      rolesOf(client, dataset, blockNumber),
      termsOf(client, dataset, blockNumber),
      stateOf(client, dataset, blockNumber),
    ]),
  );
  const running = await runningOf(client, { dataset, epochId: state.epochs, blockNumber });
  return { dataset, blockNumber, ...roles, ...terms, ...state, running };
}

async function rolesOf(client: ErgonClient, dataset: Address, blockTag: number) {
  const contract = datasetAt(client, dataset);
  const at = { blockTag };
  const [made, owner, shares, host, poolOwner] = await Promise.all([
    client.dataDaoFactory.isDataset(dataset, at),
    contract.owner(at),
    contract.shares(at),
    contract.host(at),
    contract.poolOwner(at),
  ]);
  return {
    ...{ made, owner: asAddress(owner), shares: asAddress(shares) },
    ...{ host: asAddress(host), poolOwner: asAddress(poolOwner) },
  };
}

async function termsOf(client: ErgonClient, dataset: Address, blockTag: number) {
  const contract = datasetAt(client, dataset);
  const at = { blockTag };
  const [token, shape, contributionBond, seedBond, valuation] = await Promise.all([
    contract.token(at),
    contract.shape(at),
    contract.contributionBond(at),
    contract.seedBond(at),
    contract.valuation(at),
  ]);
  return {
    ...{ token: asAddress(token), contributionBond, seedBond },
    shape: plainStruct(shape) as unknown as DatasetShape,
    valuation: plainStruct(valuation) as unknown as DatasetValuation,
  };
}

async function stateOf(client: ErgonClient, dataset: Address, blockTag: number) {
  const contract = datasetAt(client, dataset);
  const at = { blockTag };
  const [slotsTaken, pointsRoot, nextPot, epochs] = await Promise.all([
    contract.slotCount(at),
    contract.pointsRoot(at),
    contract.nextPot(at),
    contract.epochCount(at),
  ]);
  return { slotsTaken, pointsRoot: asHex(pointsRoot), nextPot, epochs };
}

async function runningOf(
  client: ErgonClient,
  last: { readonly dataset: Address; readonly epochId: bigint; readonly blockNumber: number },
): Promise<Epoch | undefined> {
  if (last.epochId === 0n) return undefined;
  const epoch = await getEpoch(client, last);
  const ended = epoch.status === EpochStatus.Settled || epoch.status === EpochStatus.Void;
  return ended ? undefined : epoch;
}
