import {
  accountOf,
  allowModule,
  contribute,
  contributeFor,
  datasetAt,
  getBalances,
  signContribution,
  slotShapeOf,
  translated,
} from "../../sdk/src/index";
import type { Address, ContributeOutcome, Dataset, ErgonClient } from "../../sdk/src/index";
import { slotRoot, slotSiblings } from "../../tensor/src/index";
import type { Hex, LabelledPoint } from "../../tensor/src/index";
import { keepWhile, randomWord, readPoints } from "./datasetFiles";
import type { ContributionFile, SignedSlot, SlotEntry } from "./datasetFiles";
import { requireDataset } from "./datasets";
import { ScriptError, messageOf } from "./errors";
import { showProgress } from "./progress";

/** What an owner gives, and where it is kept. */
export interface Gift {
  readonly dataset: Address;
  /** File of points. */
  readonly points: string;
  /** A new file for the owner and the host. */
  readonly out: string;
  readonly schema: Hex;
  readonly uri: string;
  readonly silent: boolean;
}

/** A slot, and what the contract computes its root from. */
interface HiddenSlot {
  readonly entry: SlotEntry;
  readonly siblings: readonly Hex[];
}

/** A contribution that was given. */
export type Given = Pick<ContributeOutcome, "slot" | "index">;

/**
 * Gives points of the client, in as many slots as they take. Throws `ScriptError` FILE, ARGUMENT for an address that is no dataset
 * or has too few slots left, STOPPED if only some were given, `ValuationError`, and what `contribute` throws.
 */
export async function givePoints(client: ErgonClient, gift: Gift): Promise<Given[]> {
  const { out, silent } = gift;
  const { slots, kept } = await hidden(client, gift);
  const { dataset, schema, uri } = kept;
  return keepWhile(out, kept, () =>
    oneByOne(slots, silent, ({ entry, siblings }) =>
      contribute(client, { dataset, siblings, count: countOf(entry), schema, uri }),
    ),
  );
}

/**
 * Signs points of the client, so that somebody else can give them until a second, and lets the dataset pull their bonds.
 * Throws like `givePoints`, and what `signContribution` throws.
 */
export async function signPoints(
  client: ErgonClient,
  gift: Gift,
  deadline: bigint,
): Promise<SignedSlot[]> {
  const { slots, kept, told } = await hidden(client, gift);
  const { dataset, owner, schema, uri } = kept;
  const { token, contributionBond } = told;
  return keepWhile(gift.out, kept, async () => {
    const amount = contributionBond * BigInt(slots.length);
    const { allowance, isOperator } = await getBalances(client, { token, module: dataset });
    if (!isOperator && allowance < amount) {
      await allowModule(client, { token, module: dataset, amount });
    }
    const first = await translated(() => datasetAt(client, dataset).nonces(owner));
    const signed: SignedSlot[] = [];
    for (const [i, { entry, siblings }] of slots.entries()) {
      const terms = { slot: entry.slot, count: countOf(entry), schema, uri, deadline };
      const nonce = first + BigInt(i);
      signed.push({
        siblings,
        signed: await signContribution(client, { dataset, ...terms, nonce }),
      });
    }
    return signed;
  });
}

/** Gives what owners signed. Throws `ScriptError` ARGUMENT for an address that is no dataset, and what `contributeFor` throws. */
export async function giveSigned(
  client: ErgonClient,
  dataset: Address,
  contributions: readonly SignedSlot[],
  silent: boolean,
): Promise<Given[]> {
  await requireDataset(client, dataset);
  return oneByOne(contributions, silent, ({ siblings, signed }) =>
    contributeFor(client, { dataset, siblings, signed }),
  );
}

/** The points of a gift under salts, and what is kept of them. Throws `ScriptError` ARGUMENT if the dataset has too little room. */
async function hidden(
  client: ErgonClient,
  { dataset, points, schema, uri }: Gift,
): Promise<{ slots: HiddenSlot[]; kept: ContributionFile; told: Dataset }> {
  const told = await requireDataset(client, dataset);
  const owner = await accountOf(client);
  const slots = slotsOf(told, owner, await readPoints(points));
  const free = 2n ** told.shape.slots - told.slotsTaken;
  if (BigInt(slots.length) > free) {
    const message = `the points take ${slots.length} slots, and the dataset has ${free} left: give fewer`;
    throw new ScriptError("ARGUMENT", message);
  }
  const entries = slots.map(({ entry }) => entry);
  return { slots, told, kept: { dataset, owner, schema, uri, slots: entries } };
}

function slotsOf(
  { shape }: Dataset,
  owner: Address,
  points: readonly LabelledPoint[],
): HiddenSlot[] {
  const rows = slotShapeOf(shape);
  const most = rows.slotRows - 1;
  return Array.from({ length: Math.ceil(points.length / most) }, (_, i) => {
    const content = { salt: randomWord(), points: points.slice(i * most, (i + 1) * most) };
    const contribution = { owner, ...content };
    const entry = { slot: slotRoot(rows, contribution), ...content };
    return { entry, siblings: slotSiblings(rows, contribution) };
  });
}

async function oneByOne<Item>(
  items: readonly Item[],
  silent: boolean,
  act: (item: Item) => Promise<Given>,
): Promise<Given[]> {
  const bar = showProgress("slots  ", items.length, silent);
  const given: Given[] = [];
  try {
    for (const item of items) {
      const { slot, index } = await act(item);
      given.push({ slot, index });
      bar.update(given.length);
    }
    return given;
  } catch (cause) {
    if (given.length === 0) throw cause;
    const message = `only the first ${given.length} of ${items.length} slots were given: ${messageOf(cause)}`;
    throw new ScriptError("STOPPED", message, { cause });
  } finally {
    bar.stop();
  }
}

function countOf({ points }: SlotEntry): bigint {
  return BigInt(points.length);
}
