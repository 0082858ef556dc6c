import { stat } from "node:fs/promises";

import { InputError, accessKeyPair, asHex, publicKeyOf } from "../../sdk/src/index";
import type { AccessKeyPair } from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { isThere, readBytes, writeSecret } from "./files";

const OTHERS_MAY_READ = 0o077;

/** The key pair in a file that only its owner may read; made if there is no file. Throws `ScriptError` FILE. */
export async function accessKeyIn(file: string): Promise<AccessKeyPair> {
  if (await isThere(file)) return readAccessKey(file);
  const made = accessKeyPair();
  await writeSecret(file, made.privateKey);
  return made;
}

/** The key pair in a file. Throws `ScriptError` FILE if there is none, or others may read it. */
export async function readAccessKey(file: string): Promise<AccessKeyPair> {
  const text = Buffer.from(await readBytes(file)).toString("utf8");
  if (((await stat(file)).mode & OTHERS_MAY_READ) !== 0) {
    throw new ScriptError("FILE", `others may read ${file}; run: chmod 600 ${file}`);
  }
  try {
    const privateKey = asHex(text.trim());
    return { privateKey, publicKey: publicKeyOf(privateKey) };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new ScriptError(
      "FILE",
      `${file} holds no private key: name the file that access buy made, or a new one`,
      { cause },
    );
  }
}
