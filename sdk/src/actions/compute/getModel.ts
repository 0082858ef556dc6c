import { AbiCoder, Utf8ErrorFuncs, toUtf8String } from "ethers";
import { abi } from "../../contracts";
import { ErgonError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { headerOfWord } from "../../games/header";
import { logsIn, rangesBackwards } from "../../jobs/logs";
import { asAddress, asHex } from "../../types/address";
import type { Log } from "ethers";
import type { Header, Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { ModelCard } from "./registerModel";

/** Which model, and as of which block. */
export interface GetModelParameters {
  readonly id: Hex;
  /** The newest block unless given; one that the node still has the state of. */
  readonly blockNumber?: number;
}

/** What the registry knows of a model. */
export interface RegisteredModel {
  readonly id: Hex;
  /** Who may set the card. */
  readonly author: Address;
  /** When the author committed to the model, or else registered it, in seconds since 1970. */
  readonly authoredAt: bigint;
  /** List root of the program's nodes. */
  readonly programRoot: Hex;
  /** How many nodes the program has. */
  readonly nodes: bigint;
  readonly input: Header;
  readonly output: Header;
  /** The newest card: what the author says, and may say otherwise in any block. */
  readonly card: ModelCard;
}

const CARD_FIELDS = ["bytes", "bytes32", "bytes"];
const CARD_TOPIC = abi.modelRegistry.getEvent("CardSet").topicHash;

/**
 * A registered model with its newest card, which is looked for from the newest block on. Throws `ErgonRevertError`
 * `ModelRegistryModelUnknown`, or `ErgonError` RPC, also if the node has no card since the client's `fromBlock`.
 *
 * @example
 * const { author, input, card } = await getModel(client, { id });
 */
export async function getModel(
  client: ErgonClient,
  { id, blockNumber }: GetModelParameters,
): Promise<RegisteredModel> {
  const block = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const { author, authoredAt, programRoot, nodes, input, output } = await translated(() =>
    client.modelRegistry.modelOf(id, { blockTag: block }),
  );
  return {
    ...{ id, author: asAddress(author), authoredAt, programRoot: asHex(programRoot), nodes },
    input: headerOfWord(input),
    output: headerOfWord(output),
    card: await newestCard(client, id, block),
  };
}

async function newestCard(client: ErgonClient, id: Hex, block: number): Promise<ModelCard> {
  const filter = { address: client.addresses.modelRegistry, topics: [CARD_TOPIC, id] };
  for (const range of rangesBackwards(client, block)) {
    let newest: Log | undefined;
    for await (const log of logsIn(client, filter, range)) newest = log;
    if (newest !== undefined) return cardIn(newest);
  }
  const missing = `the node has no card of model ${id} since block ${client.fromBlock}`;
  const message = `${missing}: ask a node that keeps all events, or lower the client's fromBlock`;
  throw new ErgonError("RPC", message, true);
}

/** The registry takes any bytes for text, of which ethers decodes UTF-8 only. */
function cardIn({ data }: Pick<Log, "data">): ModelCard {
  const [uri, digest, weightsUri] = AbiCoder.defaultAbiCoder().decode(CARD_FIELDS, data);
  return { uri: textOf(uri), digest, weightsUri: textOf(weightsUri) };
}

function textOf(bytes: string): string {
  return toUtf8String(bytes, Utf8ErrorFuncs.replace);
}
