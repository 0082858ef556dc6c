import { stat, writeFile } from "node:fs/promises";

import { InputError, accessKeyPair, asHex, publicKeyOf } from "../../sdk/src/index";
import type { AccessKeyPair } from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { readBytes, unwritable } from "./files";

const [OWNER_ONLY, OTHERS_MAY_READ] = [0o600, 0o077];

/** The key pair in a file that only its owner may read; made if there is no file. Throws `ScriptError` FILE. */
export async function accessKeyIn(file: string): Promise<AccessKeyPair> {
  const made = accessKeyPair();
  try {
    await writeFile(file, `${made.privateKey}\n`, { flag: "wx", mode: OWNER_ONLY });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw unwritable(file, error);
    }
  }
  return readAccessKey(file);
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
      `${file} holds no private key: give a file that access buy made, or one that is not there`,
      { cause },
    );
  }
}

/** Writes a secret into a new file that only its owner may read. Throws `ScriptError` FILE. */
export async function writeSecret(file: string, secret: string): Promise<void> {
  try {
    await writeFile(file, `${secret}\n`, { flag: "wx", mode: OWNER_ONLY });
  } catch (cause) {
    throw unwritable(file, cause);
  }
}
