import pino from "pino";
import type { Logger as PinoLogger } from "pino";

/** Structured log. */
export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error">;

/** Fields that are never written, wherever they stand. */
const SECRETS = ["password", "privateKey", "mnemonic", "raw", "authorization", "cookie", "rpcUrl"];

/** A log of one JSON line an event, on standard output. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: "[hidden]" },
    serializers: { err: pino.stdSerializers.errWithCause },
  });
}
