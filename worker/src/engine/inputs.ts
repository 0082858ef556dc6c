import type { Context, OfferedModel } from "./context";
import { decodeIds } from "./lists";
import { FetchError } from "../fetch/errors";
import { RunError } from "../run/errors";
import type { Offer } from "../chain/market";
import {
  describeHeader,
  dtypeSize,
  elementCount,
  listRoot,
  tensorHeader,
} from "../../../tensor/src/index";
import type { Header, Hex } from "../../../tensor/src/index";

const HEADER_BYTES = 32;

type InputContext = Pick<Context, "fetcher" | "lists" | "tensors" | "runner">;

/**
 * Gets the inputs of an offer, checks that each is a canonical tensor of the model's input header
 * and that together they have the bid's root, stores them and returns their ids. A document is the
 * tensor files of all units one after the other; a `blob:` URI names a list in the worker's own
 * store. Throws `FetchError`, or `RunError` LENGTH, HEADER or ROOT.
 */
export async function loadInputs(
  offer: Offer,
  model: OfferedModel,
  context: InputContext,
  signal?: AbortSignal,
): Promise<readonly Hex[]> {
  const { bid, inputUri } = offer;
  const count = bid.chained ? 1 : Number(bid.units);
  const source = context.fetcher.resolve(inputUri);
  const files =
    source.kind === "blob"
      ? await storedFiles(source.id, context)
      : splitDocument(await context.fetcher.fetch(inputUri, signal), model.input, count);
  if (files.length !== count) {
    throw new RunError("LENGTH", `the list has ${files.length} inputs, not ${count}`);
  }
  checkHeaders(files, model.input);
  const ids = await context.runner.identify(files, signal);
  const root = listRoot(ids);
  if (root !== bid.inputRoot) {
    throw new RunError("ROOT", `the inputs have root ${root}, not ${bid.inputRoot}`);
  }
  await Promise.all(ids.map((id, i) => context.tensors.put(id, files[i], "private")));
  return ids;
}

/** Bytes of the document of `count` inputs with this header. */
export function documentBytes(header: Header, count: number): number {
  return count * (HEADER_BYTES + elementCount(header) * dtypeSize(header.dtype));
}

/** Cuts a document into the files of `count` inputs. Throws `RunError` LENGTH. */
export function splitDocument(document: Uint8Array, header: Header, count: number): Uint8Array[] {
  const expected = documentBytes(header, count);
  if (document.length !== expected) {
    const what = `${count} inputs of ${describeHeader(header)}`;
    throw new RunError("LENGTH", `${what} take ${expected} bytes, not ${document.length}`);
  }
  const size = expected / count;
  return Array.from({ length: count }, (_, i) => document.subarray(i * size, (i + 1) * size));
}

async function storedFiles(root: Hex, { lists, tensors }: InputContext): Promise<Uint8Array[]> {
  const list = await lists.get(root);
  const ids = list && decodeIds(list);
  if (ids === undefined) throw new FetchError("NOT_FOUND", `there is no list ${root}`);
  return Promise.all(
    ids.map(async (id) => {
      const file = await tensors.get(id);
      if (file === undefined) throw new FetchError("NOT_FOUND", `there is no tensor ${id}`);
      return file;
    }),
  );
}

function checkHeaders(files: readonly Uint8Array[], header: Header): void {
  const expected = tensorHeader(header);
  const bad = files.findIndex((file) => !expected.every((byte, i) => file[i] === byte));
  if (bad < 0) return;
  throw new RunError("HEADER", `input ${bad} is not ${describeHeader(header)}`);
}
