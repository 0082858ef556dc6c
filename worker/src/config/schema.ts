import { getAddress } from "ethers";
import { z } from "zod";
import { parseNetwork } from "../fetch/addresses";
import type { Network } from "../fetch/addresses";
import type { Hex } from "../../../tensor/src/index";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** Node reads no larger file at once. */
const MAX_FILE_BYTES = 2 * GIB - 1;
const GWEI = 10n ** 9n;

/** An address, in lower case. */
export const address = z
  .string("write an address as 0x and 40 hexadecimal digits")
  .regex(/^0x[0-9a-fA-F]{40}$/, "write an address as 0x and 40 hexadecimal digits")
  .transform((value, context): Hex => {
    try {
      return getAddress(value).toLowerCase() as Hex;
    } catch {
      context.addIssue({
        code: "custom",
        message: "its checksum is wrong; copy the address again",
      });
      return z.NEVER;
    }
  });

const amount = z
  .string('write an amount as a string of digits, in the token\'s smallest unit, such as "1000000"')
  .regex(
    /^\d+$/,
    'write an amount as digits only, in the token\'s smallest unit, such as "1000000"',
  )
  .transform(BigInt);

const gwei = z
  .number("write a number of gwei, such as 50")
  .positive("write a number of gwei above 0, such as 50")
  .transform((value) => (BigInt(Math.round(value * 1000)) * GWEI) / 1000n);

/** A path. */
export const path = z.string("write a path").min(1, "write a path, it is empty");

/** A URL of a server. */
export const httpUrl = z
  .string("write a URL such as http://127.0.0.1:8545")
  .refine(isHttpUrl, "write a URL that starts with http:// or https://");

const network = z
  .string('write a network such as "127.0.0.0/8"')
  .transform((value, context): Network => {
    const parsed = parseNetwork(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({
      code: "custom",
      message: 'write a network such as "127.0.0.0/8" or "fd00::/8"',
    });
    return z.NEVER;
  });

const host = z
  .string("write a host such as data.example.org or data.example.org:8080")
  .regex(
    /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/,
    "write a host in lower case, such as data.example.org or data.example.org:8080, without a path",
  );

const modelId = z
  .string("write the id of a model as 0x and 64 hexadecimal digits")
  .regex(/^0x[0-9a-fA-F]{64}$/, "write the id of a model as 0x and 64 hexadecimal digits")
  .transform((value) => value.toLowerCase() as Hex);

/** A whole number between two, with its unit. */
export function whole(least: number, most: number, unit: string): z.ZodNumber {
  const hint = `write a whole number of ${unit} from ${least} to ${most}`;
  return z.number(hint).int(hint).min(least, hint).max(most, hint);
}

const model = z.strictObject({
  /** Model file as `encodeModel` writes it. */
  file: path.optional(),
  /** Id in the registry, whose newest card says where the file is. */
  id: modelId.optional(),
  /** Least price by token, in payment-token units per PMAC. */
  prices: z.record(address, amount),
  maxUnits: whole(1, 2 ** 20, "units").default(1024),
});

/** How the configuration names a model. */
type ModelName =
  | { readonly file: string; readonly id?: undefined }
  | { readonly id: Hex; readonly file?: undefined };

/** Refuses a model that is named in both ways, or in none. */
function namedOnce<Entry extends { readonly file?: string; readonly id?: Hex }>(
  entry: Entry,
  context: z.RefinementCtx,
): Entry & ModelName {
  const { file, id } = entry;
  if (file !== undefined && id === undefined) return { ...entry, file, id };
  if (id !== undefined && file === undefined) return { ...entry, id, file };
  context.addIssue({
    code: "custom",
    message: "name the model by its file or by its id in the registry, by one of both",
  });
  return z.NEVER;
}

const policy = z.strictObject({
  verifiers: z.array(address).min(1, "name at least one verifier; the zero address means none"),
  maxOpenJobs: whole(1, 1024, "jobs").default(16),
  turnaroundFactor: z
    .number("write a factor such as 2")
    .min(1, "write a factor of at least 1")
    .default(2),
  minSecondsToExpiry: whole(0, 86_400, "seconds").default(60),
  cancelShareBps: whole(0, 10_000, "basis points").default(10_000),
  deliverReserveSeconds: whole(0, 86_400, "seconds").default(120),
});

const inputs = z.strictObject({
  fileRoots: z.array(path).default([]),
  hosts: z.array(host).default([]),
  networks: z.array(network).default([]),
  maxBytes: whole(1024, GIB, "bytes").default(64 * MIB),
  timeoutSeconds: whole(1, 3600, "seconds").default(60),
});

const weights = inputs.extend({
  maxBytes: whole(1024, MAX_FILE_BYTES, "bytes").default(GIB),
  timeoutSeconds: whole(1, 3600, "seconds").default(600),
});

const fees = z.strictObject({
  maxFeePerGasGwei: gwei.default(200n * GWEI),
  minTipGwei: gwei.default(GWEI / 1000n),
  stuckSeconds: whole(5, 3600, "seconds").default(60),
  maxInFlight: whole(1, 64, "transactions").default(8),
});

/** Where a process listens, and bounds on what it serves. */
export const http = z.strictObject({
  host: z.string("write an address to listen on").default("127.0.0.1"),
  port: whole(0, 65_535, "a port").default(8080),
  maxBlobBytes: whole(64, 1024 * MIB, "bytes").default(8 * MIB),
  maxStoreBytes: whole(MIB, 1024 * 1024 * MIB, "bytes").default(4096 * MIB),
  maxConcurrent: whole(1, 1024, "requests").default(16),
  requestsPerMinute: whole(1, 1_000_000, "requests").default(600),
  requestSeconds: whole(1, 3600, "seconds").default(30),
  trustedProxies: z
    .array(
      z
        .string()
        .refine((text) => parseNetwork(text) !== undefined, 'write a network such as "10.0.0.0/8"'),
    )
    .default([]),
});

const withdraw = z.strictObject({ token: address, threshold: amount, to: address.optional() });

const gpu = z.strictObject({
  adapter: z
    .string("write a part of the adapter's name")
    .min(1, "write a part of the adapter's name, or remove it")
    .optional(),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_]\w*$/),
      z.string("write the value of a variable as a string"),
      'write variables by their names, such as { "DRI_PRIME": "1" }',
    )
    .default({}),
});

const execution = z.strictObject({
  executor: z
    .enum(["auto", "wasm", "webgpu", "reference"], 'write "auto", "wasm", "webgpu" or "reference"')
    .default("auto"),
  gpus: z
    .array(gpu)
    .min(1, "name at least one GPU; {} is the first adapter")
    .max(64, "name at most 64 GPUs")
    .prefault([{}]),
  threads: whole(1, 256, "threads").default(2),
  unitsPerStep: whole(1, 4096, "units").default(16),
});

const telemetry = z.strictObject({
  command: z.string("write a command").min(1, "write a command, it is empty").default("nvidia-smi"),
  seconds: whole(0, 3600, "seconds").default(10),
});

const games = z.strictObject({ urgentSeconds: whole(0, 86_400, "seconds").default(240) });

const source = z.strictObject({ url: httpUrl, provider: address.optional() });

const uri = z
  .string("write a URI with {inputRoot} in it")
  .includes("{inputRoot}", { message: "write a URI with {inputRoot} in it" });

const bonds = z.strictObject({
  token: address,
  /** Of one challenge. */
  highest: amount,
  /** Of all live challenges together. */
  total: amount,
});

const watch = z.strictObject({
  keystore: path,
  passwordFile: path.optional(),
  dataDir: path,
  sharePercent: z
    .number("write a percentage from 0 to 100")
    .min(0, "write a percentage from 0 to 100")
    .max(100, "write a percentage from 0 to 100")
    .default(5),
  providers: z.array(address).default([]),
  mostWork: z
    .string('write multiply-accumulates as a string of digits, such as "1000000000000"')
    .regex(/^\d+$/, 'write multiply-accumulates as digits only, such as "1000000000000"')
    .transform(BigInt)
    .default(10n ** 12n),
  sources: z.array(source).default([]),
  inputUris: z.array(uri).default([]),
  withheld: z
    .enum(["challenge", "demand", "ignore"], 'write "challenge", "demand" or "ignore"')
    .default("challenge"),
  patienceSeconds: whole(0, 86_400, "seconds").default(300),
  reserveSeconds: whole(0, 86_400, "seconds").default(300),
  bonds: z.array(bonds).min(1, "name a token and the bonds that may be posted in it"),
  withdraw: z.array(withdraw.extend({ keep: amount.default(0n) })).default([]),
  http: http.extend({ port: whole(0, 65_535, "a port").default(8081) }).prefault({}),
});

/** The contracts that are acted on, by the names of the address book. */
export const addressesSchema = z.strictObject({
  ledger: address,
  jobEscrow: address,
  optimisticVerifier: address,
  stakeVaultFactory: address,
  loanBook: address,
  dataDaoFactory: address,
  orderBook: address,
  gpuRegistry: address,
  modelRegistry: address,
  accessManager: address,
  timelock: address,
  ergonToken: address,
  governor: address,
});

/** What a worker and a watcher both need. */
export const common = {
  rpcUrl: httpUrl,
  addresses: addressesSchema,
  inputs: inputs.prefault({}),
  weights: weights.prefault({}),
  confirmations: whole(1, 1000, "blocks").default(2),
  pollSeconds: z
    .number("write seconds")
    .min(0.05, "write at least 0.05 seconds")
    .max(600)
    .default(4),
  retentionDays: whole(1, 3650, "days").default(30),
  fees: fees.prefault({}),
  execution: execution.prefault({}),
  telemetry: telemetry.prefault({}),
  games: games.prefault({}),
  logLevel: z
    .enum(["debug", "info", "warn", "error"], "write debug, info, warn or error")
    .default("info"),
};

const worker = {
  keystore: path,
  passwordFile: path.optional(),
  dataDir: path,
  provider: address.optional(),
  gpuId: z
    .string("write the token id of the GPU as a string of digits")
    .regex(/^\d+$/, "write the token id of the GPU as a string of digits")
    .transform(BigInt),
  policy,
  boards: z.array(z.string("write a URI")).default([]),
  http: http.prefault({}),
  withdraw: z.array(withdraw).default([]),
};

/** Shape, defaults and messages of a worker's configuration. */
export const configSchema = z.strictObject({
  ...common,
  ...worker,
  models: z.array(model.transform(namedOnce)).min(1, "offer at least one model"),
  watch: watch.optional(),
});

/** The same of a watcher's, which needs nothing that only a worker uses. */
export const watchConfigSchema = z.strictObject({
  ...common,
  ...z.strictObject(worker).partial().shape,
  models: z
    .array(model.partial({ prices: true }).transform(namedOnce))
    .min(1, "name at least one model"),
  watch,
});

/** What a worker and a watcher both know after validation. */
export type CommonConfig = z.output<z.ZodObject<typeof common>>;

/** A worker's configuration: addresses in lower case, amounts as bigint, defaults set. */
export type Config = z.output<typeof configSchema>;

/** A watcher's configuration. */
export type WatchConfig = z.output<typeof watchConfigSchema>;

function isHttpUrl(value: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(value).protocol);
  } catch {
    return false;
  }
}
