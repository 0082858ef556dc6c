import { randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Wallet, decryptKeystoreJsonSync, encryptKeystoreJsonSync, isError } from "ethers";
import type { KeystoreAccount } from "ethers";
import { ConfigError } from "./config/load";

/** Environment variable that may hold the password of the keystore. */
export const PASSWORD_VARIABLE = "ERGON_WORKER_PASSWORD";

/** Least characters of a password. */
const MIN_PASSWORD = 8;
const OTHERS_MAY_READ = 0o077;

/**
 * Password of the keystore: from `passwordFile` (its first line; readable by the owner only), else
 * from the environment, else asked for on the terminal. Throws `ConfigError` PASSWORD.
 */
export async function readPassword(passwordFile?: string): Promise<string> {
  if (passwordFile !== undefined) return passwordFrom(passwordFile);
  const value = process.env[PASSWORD_VARIABLE];
  if (value !== undefined) return value;
  if (process.stdin.isTTY) return askPassword("password of the keystore: ");
  throw new ConfigError(
    "PASSWORD",
    `there is no password; set passwordFile or the variable ${PASSWORD_VARIABLE}`,
  );
}

/** Decrypts the ethers keystore in `file`. Throws `ConfigError` KEYSTORE or PASSWORD. */
export function openKeystore(file: string, password: string): Wallet {
  const json = readText(file, "KEYSTORE", "make one with: npm run worker -- keystore");
  let account: KeystoreAccount;
  try {
    account = decryptKeystoreJsonSync(json, password);
  } catch (cause) {
    if (isError(cause, "INVALID_ARGUMENT") && cause.argument === "password") {
      throw new ConfigError("PASSWORD", `the password does not open ${file}`, { cause });
    }
    throw new ConfigError("KEYSTORE", `${file} is no keystore in ethers' JSON format`, { cause });
  }
  return new Wallet(account.privateKey);
}

/**
 * Makes a new key and writes it, encrypted, to `file`, which must not exist; returns its address.
 * Throws `ConfigError` PASSWORD if the password is too short, or KEYSTORE.
 */
export function createKeystore(file: string, password: string): string {
  if (password.length < MIN_PASSWORD) {
    throw new ConfigError("PASSWORD", `choose a password of at least ${MIN_PASSWORD} characters`);
  }
  const wallet = new Wallet(`0x${randomBytes(32).toString("hex")}`);
  const json = encryptKeystoreJsonSync(wallet, password);
  try {
    writeFileSync(file, json, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new ConfigError("KEYSTORE", `${file} cannot be written, or exists already`, { cause });
  }
  return wallet.address;
}

function passwordFrom(file: string): string {
  const text = readText(file, "PASSWORD", "check passwordFile");
  if ((statSync(file).mode & OTHERS_MAY_READ) !== 0) {
    throw new ConfigError("PASSWORD", `others may read ${file}; run: chmod 600 ${file}`);
  }
  return text.split(/\r?\n/, 1)[0];
}

function readText(file: string, code: "KEYSTORE" | "PASSWORD", advice: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError(code, `${file} cannot be read; ${advice}`, { cause });
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
