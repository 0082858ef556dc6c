import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Wallet, isError } from "ethers";

import { ScriptError } from "./errors";

/** Environment variable that may hold the password of a keystore. */
export const PASSWORD_VARIABLE = "ERGON_PASSWORD";

const OTHERS_MAY_READ = 0o077;

/**
 * The key in an encrypted keystore in ethers' JSON format. Its password comes from the first line of
 * `passwordFile`, else from the environment, else from the terminal. Throws `ScriptError` KEYSTORE,
 * FILE or PASSWORD.
 */
export async function openKeystore(file: string, passwordFile?: string): Promise<Wallet> {
  const json = await readText(file);
  const password = await readPassword(file, passwordFile);
  try {
    const account = await Wallet.fromEncryptedJson(json, password);
    return new Wallet(account.privateKey);
  } catch (cause) {
    if (isError(cause, "INVALID_ARGUMENT") && cause.argument === "password") {
      throw new ScriptError("PASSWORD", `the password does not open ${file}`, { cause });
    }
    const message = `${file} is no keystore; make one with: npm run worker -- keystore`;
    throw new ScriptError("KEYSTORE", message, { cause });
  }
}

async function readPassword(keystore: string, passwordFile?: string): Promise<string> {
  if (passwordFile !== undefined) return passwordFrom(passwordFile);
  const value = process.env[PASSWORD_VARIABLE];
  if (value !== undefined) return value;
  if (process.stdin.isTTY) return askPassword(`password of ${keystore}: `);
  throw new ScriptError(
    "PASSWORD",
    `there is no password; give --password-file or set the variable ${PASSWORD_VARIABLE}`,
  );
}

async function passwordFrom(file: string): Promise<string> {
  const text = await readText(file);
  if (((await stat(file)).mode & OTHERS_MAY_READ) !== 0) {
    throw new ScriptError("PASSWORD", `others may read ${file}; run: chmod 600 ${file}`);
  }
  return text.split(/\r?\n/, 1)[0];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new ScriptError("FILE", `${file} cannot be read; check its path`, { cause });
  }
}

/** Asks for a line on the terminal without showing what is typed. */
async function askPassword(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
