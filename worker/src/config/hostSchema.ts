import { z } from "zod";
import { address, common, http, httpUrl, path, whole } from "./schema";

const GIB = 2 ** 30;
const { rpcUrl, addresses, confirmations, pollSeconds, fees, logLevel } = common;

const origin = httpUrl.transform((value, context): string => {
  const { origin: parsed, href } = new URL(value);
  if (href === `${parsed}/`) return parsed;
  context.addIssue({
    code: "custom",
    message: "write scheme, host and port only, such as https://data.example.org",
  });
  return z.NEVER;
});

const sessions = z.strictObject({
  seconds: whole(60, 86_400, "seconds").default(600),
  maxBytes: whole(1, 2 ** 20 * GIB, "bytes").default(64 * GIB),
  most: whole(1, 100_000, "sessions").default(1_000),
});

/** Shape, defaults and messages of a data host's configuration. */
export const hostConfigSchema = z.strictObject({
  ...{ rpcUrl, addresses, confirmations, pollSeconds, fees, logLevel },
  keystore: path,
  passwordFile: path.optional(),
  dataDir: path,
  /** The market whose licences are granted and served. */
  market: address,
  /** The origin by which holders reach the host; that at which it listens unless given. */
  audience: origin.optional(),
  grantReserveSeconds: whole(0, 3_600, "seconds").default(30),
  maxFileBytes: whole(1, 2 ** 20 * GIB, "bytes").default(4 * GIB),
  sessions: sessions.prefault({}),
  http: http
    .omit({ maxBlobBytes: true, maxStoreBytes: true })
    .extend({
      port: whole(0, 65_535, "a port").default(8082),
      requestSeconds: whole(1, 3_600, "seconds").default(60),
    })
    .prefault({}),
});

/** A data host's configuration: addresses in lower case, defaults set. */
export type HostConfig = z.output<typeof hostConfigSchema>;
