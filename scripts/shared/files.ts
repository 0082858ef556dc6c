import { access, constants, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import {
  bytesToHex,
  decodeModel,
  decodeTensor,
  dtypeSize,
  elementCount,
  encodeTensor,
  hexToBytes,
  inputHeader,
  tensorHeader,
} from "../../tensor/src/index";
import type { Hex, Model, Tensor } from "../../tensor/src/index";
import { ScriptError, messageOf } from "./errors";

const ID_BYTES = 32;
const OWNER_ONLY = 0o600;
/** What to do about files that are there, by the system's code. */
const UNREADABLE: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder: give a file",
  EACCES: "it is somebody else's: get the permission to read it",
};

/** The bytes of a file. Throws `ScriptError` FILE. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    const reason = UNREADABLE[code] ?? "check its path";
    throw new ScriptError("FILE", `${file} cannot be read; ${reason}`, { cause });
  }
}

/** Whether there is a file. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Throws `ScriptError` FILE unless files may be written beside `file`: for what takes long to make. */
export async function requireFolderOf(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK);
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

/** Writes a file, in the place of one that is there. Throws `ScriptError` FILE. */
export async function writeBytes(file: string, data: Uint8Array | string): Promise<void> {
  try {
    await writeFile(file, data);
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

function notWritten(file: string, cause: unknown): ScriptError {
  const message = `${file} cannot be written; check that its folder is there, and yours`;
  return new ScriptError("FILE", message, { cause });
}

/** Writes a line into a new file that only its owner may read. Throws `ScriptError` FILE, also for a file that is there. */
export async function writeSecret(file: string, secret: string): Promise<void> {
  try {
    await writeFile(file, `${secret}\n`, { flag: "wx", mode: OWNER_ONLY });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const reason = exists ? "it exists already: give another name" : messageOf(cause);
    throw new ScriptError("FILE", `${file} cannot be written: ${reason}`, { cause });
  }
}

/** The JSON in a file. Throws `ScriptError` FILE. */
export async function readJson(file: string): Promise<unknown> {
  const text = Buffer.from(await readBytes(file)).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ScriptError("FILE", `${file} is not JSON`, { cause });
  }
}

/** The model in a file. Throws `ScriptError` FILE that says what is wrong with it. */
export async function readModel(file: string): Promise<Model> {
  const bytes = await readBytes(file);
  try {
    return decodeModel(bytes);
  } catch (cause) {
    throw new ScriptError("FILE", `${file}: ${messageOf(cause)}`, { cause });
  }
}

/** The tensor in a file. Throws `ScriptError` FILE that says what is wrong with it. */
export async function readTensor(file: string): Promise<Tensor> {
  const bytes = await readBytes(file);
  try {
    return decodeTensor(bytes);
  } catch (cause) {
    throw new ScriptError("FILE", `${file}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Cuts a document, tensor files one after the other, into inputs of a model. Throws `ScriptError`
 * FILE if they are not inputs of this model.
 */
export function readInputs(document: Uint8Array, { program }: Model): Tensor[] {
  const header = inputHeader(program);
  const size = tensorHeader(header).length + elementCount(header) * dtypeSize(header.dtype);
  const count = document.length / size;
  const expected = Buffer.from(tensorHeader(header));
  const files = Number.isInteger(count)
    ? Array.from({ length: count }, (_, i) => document.subarray(i * size, (i + 1) * size))
    : [];
  const fits = files.every((file) => expected.equals(file.subarray(0, expected.length)));
  if (files.length === 0 || !fits) {
    const shape = `${header.dtype} [${header.rows}, ${header.cols}]`;
    const message = `the inputs are no tensor files of ${shape}, of ${size} bytes each; .npy files need --card`;
    throw new ScriptError("FILE", message);
  }
  return files.map(decodeTensor);
}

/** Tensor files one after the other. */
export function encodeTensors(tensors: readonly Tensor[]): Uint8Array {
  return Buffer.concat(tensors.map(encodeTensor));
}

/** Ids one after the other, 32 bytes each. */
export function encodeIds(ids: readonly Hex[]): Uint8Array {
  return Buffer.concat(ids.map(hexToBytes));
}

/** Reads what `encodeIds` writes. */
export function decodeIds(bytes: Uint8Array): Hex[] {
  return Array.from({ length: bytes.length / ID_BYTES }, (_, i) =>
    bytesToHex(bytes.subarray(i * ID_BYTES, (i + 1) * ID_BYTES)),
  );
}
