import type { Market } from "./market";
import { reading } from "./reading";
import {
  DelegatedSides,
  JOB_TOPICS,
  OPENED_TOPIC,
  bidDigest,
  deliverJobCall,
  expireJobCall,
  fillJobCall,
  getBalances,
  getModel,
  getStake,
  getTerms,
  handBackJobCall,
  lapseDemandCall,
  leastBond,
  logsIn,
  parseJobEvent,
  sameHex,
  settleJobCall,
  showOutputCall,
  withdrawCall,
  wordOf,
} from "../../../sdk/src/index";
import type { Address, ErgonClient, JobEvent } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Job ids in one query of logs. */
const IDS_PER_QUERY = 200;

/** A price on a stake is at most such a part of its bond. */
const STAKED_BOND_PER_PRICE = 10n;

/** For whom a worker acts, and where. */
export interface Place {
  readonly provider: Address;
  readonly worker: Address;
  readonly chainId: bigint;
}

/** The contracts of `client`, as the worker of a provider uses them. */
export function escrowMarket(client: ErgonClient, { provider, worker, chainId }: Place): Market {
  const { addresses } = client;
  const domain = { chainId, verifyingContract: addresses.orderBook };
  return {
    bidDigest: (bid) => bidDigest(domain, bid),
    isRegistered: (modelId) => reading(() => client.modelRegistry.isRegistered(modelId)),
    weightsUri: async (id) => (await reading(() => getModel(client, { id }))).card.weightsUri,
    bondable: (token) => bondable(client, { provider, worker }, token),
    leastBond: async ({ token, verifier, termsClass, maxUnitPrice, units }) => {
      const { verifierTerms } = await reading(() => getTerms(client, { token, verifier }));
      const price = maxUnitPrice * units;
      const least = leastBond(verifierTerms, verifier, termsClass, price);
      const staked = STAKED_BOND_PER_PRICE * price;
      if (least >= staked) return least;
      return (await bondsOnStake(client, { provider, worker }, token)) ? staked : least;
    },
    claims: async (token, blockNumber) => {
      const query = { token, account: provider, blockNumber };
      return (await reading(() => getBalances(client, query))).claims;
    },
    events: (from, to, jobs) => reading(() => readEvents(client, provider, { from, to }, jobs)),
    fill: (ask, { bid, signature }) =>
      fillJobCall(addresses, { ask, bid, bidSignature: signature }),
    deliver: (job, outputRoot, units) => deliverJobCall(addresses, { job, outputRoot, units }),
    showOutput: (job, kind, opening) => showOutputCall(addresses, { job, kind, opening }),
    lapseDemand: (job, kind) => lapseDemandCall(addresses, { job, kind }),
    handBack: (job) => handBackJobCall(addresses, { job }),
    expire: (job) => expireJobCall(addresses, { job }),
    settle: (job) => settleJobCall(addresses, { job }),
    withdraw: (token, amount, to) => withdrawCall(addresses, { token, amount, to }),
  };
}

async function bondable(
  client: ErgonClient,
  { provider, worker }: Pick<Place, "provider" | "worker">,
  token: Address,
): Promise<bigint> {
  const query = { token, account: provider };
  if (!(await bondsOnStake(client, { provider, worker }, token))) {
    return (await reading(() => getBalances(client, query))).usable;
  }
  const { free, suspended } = await reading(() => getStake(client, query));
  return suspended ? 0n : free;
}

/** Whether the provider lets the worker bond asks out of its stake, as a vault does its operator. */
async function bondsOnStake(
  { orderBook }: ErgonClient,
  { provider, worker }: Pick<Place, "provider" | "worker">,
  token: Address,
): Promise<boolean> {
  if (sameHex(provider, worker)) return false;
  const { sides } = await reading(() => orderBook.delegation(provider, worker, token));
  return sides === DelegatedSides.AsksOnStake;
}

/** Only openings carry the provider as a topic, so the later events are asked for by job. */
async function readEvents(
  client: ErgonClient,
  provider: Address,
  range: { readonly from: number; readonly to: number },
  known: readonly bigint[],
): Promise<JobEvent[]> {
  const address = client.addresses.jobEscrow;
  const events: JobEvent[] = [];
  const read = async (topics: (Hex | Hex[] | null)[]): Promise<void> => {
    for await (const log of logsIn(client, { address, topics }, range)) {
      const event = parseJobEvent(log);
      if (event !== undefined) events.push(event);
    }
  };
  await read([OPENED_TOPIC, null, null, wordOf(BigInt(provider))]);
  const later = JOB_TOPICS.filter((topic) => topic !== OPENED_TOPIC);
  const ids = [...known, ...events.map(({ id }) => id)].map(wordOf);
  for (let i = 0; i < ids.length; i += IDS_PER_QUERY) {
    await read([later, ids.slice(i, i + IDS_PER_QUERY)]);
  }
  return events.sort(
    (a, b) => a.at.blockNumber - b.at.blockNumber || a.at.logIndex - b.at.logIndex,
  );
}
