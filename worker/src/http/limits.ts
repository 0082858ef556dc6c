import type { FastifyInstance } from "fastify";
import ipaddr from "ipaddr.js";
import { HttpError } from "./errors";
import type { Clock } from "../clock";

/** Bounds on what clients may ask for. */
export interface HttpLimits {
  /** Requests served at once; more are turned away. */
  readonly maxConcurrent: number;
  /** Requests of one address (IPv6: one /64) a minute. */
  readonly requestsPerMinute: number;
  /** Milliseconds from the first byte of a request to the last of its answer. */
  readonly requestMs: number;
}

const MINUTE = 60_000;
/** Addresses remembered at once; beyond, the oldest are forgotten. */
const MAX_ADDRESSES = 10_000;

/** A token bucket for each address: refilled evenly, never above one minute's worth. */
export class RateLimiter {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly perMinute: number,
    private readonly clock: Pick<Clock, "now">,
  ) {}

  /** Whether a request from `address` may be served now; counts it if so. */
  take(address: string): boolean {
    const key = networkOf(address);
    const now = this.clock.now();
    const bucket = this.buckets.get(key) ?? { tokens: this.perMinute, at: now };
    const refill = (Math.max(now - bucket.at, 0) * this.perMinute) / MINUTE;
    const tokens = Math.min(bucket.tokens + refill, this.perMinute);
    const granted = tokens >= 1;
    this.buckets.delete(key);
    this.buckets.set(key, { tokens: granted ? tokens - 1 : tokens, at: now });
    if (this.buckets.size > MAX_ADDRESSES) this.forgetOldest();
    return granted;
  }

  private forgetOldest(): void {
    for (const key of this.buckets.keys()) {
      this.buckets.delete(key);
      return;
    }
  }
}

/** Turns away requests beyond the limits, and cuts off clients that send or read too slowly. */
export function applyLimits(server: FastifyInstance, limits: HttpLimits, clock: Clock): void {
  const limiter = new RateLimiter(limits.requestsPerMinute, clock);
  let served = 0;
  server.addHook("onRequest", async (request, reply) => {
    const timer = setTimeout(() => reply.raw.destroy(), limits.requestMs);
    served++;
    reply.raw.once("close", () => {
      clearTimeout(timer);
      served--;
    });
    if (served > limits.maxConcurrent) throw new HttpError("BUSY", "too many requests at once");
    if (!limiter.take(request.ip)) throw new HttpError("RATE", "too many requests; wait a minute");
  });
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? parsed.toString() : parsed.toByteArray().slice(0, 8).join(".");
}
