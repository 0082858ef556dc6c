import type { Call } from "../chain/node";
import { reading } from "../chain/reading";
import {
  abi,
  asHex,
  demandOutputCall,
  getBalances,
  getJobEvents,
  lapseDemandCall,
  logsIn,
  parseJobEvent,
  sameHex,
} from "../../../sdk/src/index";
import type {
  Address,
  BlockRange,
  DemandKind,
  ErgonClient,
  JobEvent,
  JobRecord,
  Piece,
} from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** A job that was delivered in a block. */
export interface Delivery {
  readonly jobId: bigint;
  readonly outputRoot: Hex;
  readonly block: number;
}

/** A piece that was demanded, and what came of it. */
export interface Demanded {
  readonly kind: DemandKind;
  readonly piece: Piece;
  readonly answerBy: bigint;
  /** What was shown of it: the header word of the output and the words. */
  readonly shown?: { readonly header: bigint; readonly words: readonly Hex[] };
  readonly withheld: boolean;
}

/** What was delivered on the market, and what a watcher may demand. Reading throws `ChainError`. */
export interface Deliveries {
  /** What was delivered in the blocks `from` to `to`. */
  delivered(from: number, to: number): Promise<readonly Delivery[]>;
  /** The watcher's last demand on a job as of a block, if it made one. */
  demanded(job: bigint, block: number): Promise<Demanded | undefined>;
  /** Claims on a token that may be posted as bonds, in payment-token units. */
  bondable(token: Address): Promise<bigint>;
  demand(job: JobRecord, piece: Piece): Call;
  lapse(job: JobRecord, kind: DemandKind): Call;
}

/** The escrow's deliveries, for the watcher `account`. */
export function escrowDeliveries(client: ErgonClient, account: Address): Deliveries {
  const { addresses } = client;
  const module = addresses.optimisticVerifier;
  return {
    delivered: (from, to) => reading(() => readDeliveries(client, { from, to })),
    demanded: (id, blockNumber) =>
      reading(async () => lastDemand(await getJobEvents(client, { id, blockNumber }), account)),
    bondable: async (token) =>
      (await reading(() => getBalances(client, { token, account, module }))).usable,
    demand: (job, piece) => demandOutputCall(addresses, { job, piece }),
    lapse: (job, kind) => lapseDemandCall(addresses, { job, kind }),
  };
}

async function readDeliveries(client: ErgonClient, range: BlockRange): Promise<Delivery[]> {
  const address = client.addresses.jobEscrow;
  const topic = asHex(abi.jobEscrow.getEvent("JobDelivered").topicHash);
  const found: Delivery[] = [];
  for await (const log of logsIn(client, { address, topics: [topic] }, range)) {
    const event = parseJobEvent(log);
    if (event?.name !== "JobDelivered") continue;
    const { id: jobId, outputRoot, at } = event;
    found.push({ jobId, outputRoot, block: at.blockNumber });
  }
  return found;
}

function lastDemand(events: readonly JobEvent[], account: Address): Demanded | undefined {
  return events.reduce<Demanded | undefined>((last, event) => {
    if (event.name === "OutputDemanded" && sameHex(event.demander, account)) {
      const { kind, piece, answerBy } = event;
      return { kind, piece, answerBy, withheld: false };
    }
    // what follows an answer belongs to a demand of somebody else
    if (last === undefined || last.withheld || last.shown !== undefined) return last;
    if (event.name === "OutputShown" && event.kind === last.kind) {
      const { header, words } = event;
      return { ...last, shown: { header, words } };
    }
    const lapsed = event.name === "OutputWithheld" && event.kind === last.kind;
    return lapsed ? { ...last, withheld: true } : last;
  }, undefined);
}
