import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { hostConfigSchema } from "./hostSchema";
import type { HostConfig } from "./hostSchema";
import { addressesSchema, configSchema, watchConfigSchema } from "./schema";
import type { Config, WatchConfig } from "./schema";
import { WorkerError, errorMessage } from "../errors";

/** What is wrong with the configuration, or with what it names. */
export type ConfigErrorCode =
  | "FILE"
  | "JSON"
  | "FIELD"
  | "KEYSTORE"
  | "PASSWORD"
  | "MODEL"
  | "NOT_DEPLOYED"
  | "DATA_IN_USE"
  | "PORT_IN_USE";

/** A configuration that the worker does not start with. */
export class ConfigError extends WorkerError<ConfigErrorCode> {
  override readonly name = "ConfigError";

  constructor(code: ConfigErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, false, options);
  }
}

/** Values from the command line; each one given takes the place of the file's. */
export interface ConfigFlags {
  readonly rpcUrl?: string;
  readonly keystore?: string;
  readonly passwordFile?: string;
  readonly dataDir?: string;
  readonly confirmations?: number;
  readonly httpPort?: number;
  readonly logLevel?: string;
}

const SECRET = /^(private_?key|secret(_?key)?|mnemonic|seed(_?phrase)?|password)$/i;
const MISSING = "is missing; add it";

/**
 * Reads a worker's configuration in `file`, sets `flags` over it and validates the whole once. Paths
 * are relative to the file; `addresses` may be the path of an address book. Throws `ConfigError`
 * FILE, JSON, or FIELD with every field at fault.
 */
export function loadConfig(file: string, flags: ConfigFlags = {}): Config {
  const base = dirname(resolve(file));
  const config = parseConfig(withFlags(readConfig(file, base), flags), file);
  return withKeyPaths(withPaths(config, base), base);
}

/** Reads a watcher's configuration like `loadConfig`; the flags stand for fields of `watch`. */
export function loadWatchConfig(file: string, flags: ConfigFlags = {}): WatchConfig {
  const base = dirname(resolve(file));
  const value = readConfig(file, base);
  const { rpcUrl, confirmations, logLevel, ...own } = flags;
  const watch = withFlags(isRecord(value.watch) ? value.watch : {}, own);
  const merged = withFlags({ ...value, watch }, { rpcUrl, confirmations, logLevel });
  const config = parseWatchConfig(merged, file);
  return { ...withPaths(config, base), watch: withKeyPaths(config.watch, base) };
}

/** Reads a data host's configuration like `loadConfig`. */
export function loadHostConfig(file: string, flags: ConfigFlags = {}): HostConfig {
  const base = dirname(resolve(file));
  return withKeyPaths(parseHostConfig(withFlags(readConfig(file, base), flags), file), base);
}

/** Validates a worker's configuration. Throws `ConfigError` FIELD with every field at fault. */
export function parseConfig(value: unknown, file = "configuration"): Config {
  return parseWith(configSchema, value, file);
}

/** Validates a watcher's configuration. Throws `ConfigError` FIELD with every field at fault. */
export function parseWatchConfig(value: unknown, file = "configuration"): WatchConfig {
  return parseWith(watchConfigSchema, value, file);
}

/** Validates a data host's configuration. Throws `ConfigError` FIELD with every field at fault. */
export function parseHostConfig(value: unknown, file = "configuration"): HostConfig {
  return parseWith(hostConfigSchema, value, file);
}

function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  file: string,
): z.output<Schema> {
  const secret = findSecret(value);
  if (secret !== undefined) {
    const advice = "remove it; keys belong into the encrypted keystore";
    throw new ConfigError("FIELD", `${file}: ${secret}: ${advice}`);
  }
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${file}: ${describeIssue(issue)}`);
  throw new ConfigError("FIELD", lines.join("\n"));
}

function readConfig(file: string, base: string): Record<string, unknown> {
  return withAddresses(readJson(file), base);
}

function readJson(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError("FILE", `${file} cannot be read; check its path`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError("JSON", `${file} is not JSON: ${errorMessage(cause)}`, { cause });
  }
  if (isRecord(value)) return value;
  throw new ConfigError("JSON", `${file} holds no JSON object`);
}

function withFlags(value: Record<string, unknown>, flags: ConfigFlags): Record<string, unknown> {
  const { httpPort, ...rest } = flags;
  const given = Object.entries(rest).filter(([, flag]) => flag !== undefined);
  const merged = { ...value, ...Object.fromEntries(given) };
  if (httpPort === undefined) return merged;
  return { ...merged, http: { ...(isRecord(value.http) ? value.http : {}), port: httpPort } };
}

/** Takes the addresses of a deployment from the address book that the configuration names. */
function withAddresses(value: Record<string, unknown>, base: string): Record<string, unknown> {
  if (typeof value.addresses !== "string") return value;
  const { contracts } = readJson(resolve(base, value.addresses));
  const known = isRecord(contracts) ? contracts : {};
  const names = Object.keys(addressesSchema.shape);
  return { ...value, addresses: Object.fromEntries(names.map((name) => [name, known[name]])) };
}

function withPaths<Parsed extends Pick<WatchConfig, "models" | "inputs" | "weights" | "telemetry">>(
  config: Parsed,
  base: string,
): Parsed {
  const { models, inputs, weights, telemetry } = config;
  const below = (path: string): string => resolve(base, path);
  return {
    ...config,
    models: models.map((model) =>
      model.file === undefined ? model : { ...model, file: below(model.file) },
    ),
    inputs: { ...inputs, fileRoots: inputs.fileRoots.map(below) },
    weights: { ...weights, fileRoots: weights.fileRoots.map(below) },
    telemetry: {
      ...telemetry,
      command: isPath(telemetry.command) ? below(telemetry.command) : telemetry.command,
    },
  };
}

/** Whether a command is a path, and no name that is looked for in PATH. */
function isPath(command: string): boolean {
  return command.includes("/");
}

function withKeyPaths<Parsed extends Pick<Config, "keystore" | "passwordFile" | "dataDir">>(
  config: Parsed,
  base: string,
): Parsed {
  const { keystore, passwordFile, dataDir } = config;
  return {
    ...config,
    keystore: resolve(base, keystore),
    passwordFile: passwordFile && resolve(base, passwordFile),
    dataDir: resolve(base, dataDir),
  };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.reduce<string>(
    (path, key) =>
      typeof key === "number"
        ? `${path}[${key}]`
        : path === ""
          ? String(key)
          : `${path}.${String(key)}`,
    "",
  );
  if (issue.code === "unrecognized_keys") {
    const where = field === "" ? "" : `${field}: `;
    return `${where}${issue.keys.join(", ")}: no such field; check the spelling or remove it`;
  }
  if (issue.code === "invalid_type" && issue.input === undefined) {
    const hint = issue.message.startsWith("Invalid input") ? "" : `: ${issue.message}`;
    return `${field}: ${MISSING}${hint}`;
  }
  return `${field}: ${issue.message}`;
}

function findSecret(value: unknown, path = ""): string | undefined {
  if (!isRecord(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const here = path === "" ? key : `${path}.${key}`;
    if (SECRET.test(key)) return here;
    const inside = findSecret(item, here);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
