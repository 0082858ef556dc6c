import type { Market } from "./market";
import { reading } from "./reading";
import {
  JOB_TOPICS,
  OPENED_TOPIC,
  bidDigest,
  deliverJobCall,
  expireJobCall,
  fillJobCall,
  getBalances,
  getTerms,
  handBackJobCall,
  lapseDemandCall,
  leastBond,
  logsIn,
  parseJobEvent,
  settleJobCall,
  showOutputCall,
  withdrawCall,
  wordOf,
} from "../../../sdk/src/index";
import type { Address, ErgonClient, JobEvent } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Job ids in one query of logs. */
const IDS_PER_QUERY = 200;

/** The contracts of `client`, used for `provider` on the chain `chainId`. */
export function escrowMarket(client: ErgonClient, provider: Address, chainId: bigint): Market {
  const { addresses } = client;
  const domain = { chainId, verifyingContract: addresses.orderBook };
  return {
    bidDigest: (bid) => bidDigest(domain, bid),
    isRegistered: (modelId) => reading(() => client.modelRegistry.isRegistered(modelId)),
    bondable: async (token) => {
      const balances = await reading(() => getBalances(client, { token, account: provider }));
      return balances.usable;
    },
    leastBond: async ({ token, verifier, termsClass, maxUnitPrice, units }) => {
      const { verifierTerms } = await reading(() => getTerms(client, { token, verifier }));
      return leastBond(verifierTerms, verifier, termsClass, maxUnitPrice * units);
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
