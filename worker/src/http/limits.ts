import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import ipaddr from "ipaddr.js";
import { HttpError } from "./errors";
import type { Clock } from "../clock";
import { isIn, parseNetwork } from "../fetch/addresses";
import type { Network } from "../fetch/addresses";

/** Bounds on what clients may ask for. */
export interface HttpLimits {
  /** Requests served at once; more are turned away. Half of them are the most of one network, unless it is this machine. */
  readonly maxConcurrent: number;
  /** Requests of one address (IPv6: one /64) a minute. */
  readonly requestsPerMinute: number;
  /** Milliseconds from the first byte of a request to the last of its answer. */
  readonly requestMs: number;
  /** Networks whose word is taken, in `X-Forwarded-For`, for whom a request is; nobody's unless given. */
  readonly trustedProxies?: readonly string[];
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

/**
 * Things that networks have at once, such as connections: no more than so many each. Those of this machine and of trusted
 * proxies are not counted: they bring everybody's.
 */
export class FairShare {
  private readonly held = new Map<string, number>();

  constructor(
    private readonly most: number,
    private readonly trusted: readonly Network[] = [],
  ) {}

  /** Whether an address may have one more; counts it if so, until it is released. */
  take(address: string): boolean {
    if (isLoopback(address) || isIn(address, this.trusted)) return true;
    const key = networkOf(address);
    const count = this.held.get(key) ?? 0;
    if (count >= this.most) return false;
    this.held.set(key, count + 1);
    return true;
  }

  /** Counts one less. */
  release(address: string): void {
    const key = networkOf(address);
    const count = this.held.get(key) ?? 0;
    if (count > 1) this.held.set(key, count - 1);
    else this.held.delete(key);
  }
}

/** Turns away requests beyond the limits, and cuts off clients that send or read too slowly. */
export function applyLimits(server: FastifyInstance, limits: HttpLimits, clock: Clock): void {
  const limiter = new RateLimiter(limits.requestsPerMinute, clock);
  const most = Math.ceil(limits.maxConcurrent / 2);
  const trusted = (limits.trustedProxies ?? []).map(parseNetwork).filter((it) => it !== undefined);
  limitConnections(server, new FairShare(most, trusted));
  const shares = new FairShare(most);
  let served = 0;
  server.addHook("onRequest", async (request, reply) => {
    const timer = setTimeout(() => reply.raw.destroy(), limits.requestMs);
    served++;
    const { ip } = request;
    const fair = shares.take(ip);
    reply.raw.once("close", () => {
      clearTimeout(timer);
      served--;
      if (fair) shares.release(ip);
    });
    if (served > limits.maxConcurrent) throw new HttpError("BUSY", "too many requests at once");
    if (!fair) throw new HttpError("RATE", "too many requests at once from your network");
    if (!limiter.take(ip)) throw new HttpError("RATE", "too many requests; wait a minute");
  });
}

/** Closes connections of a network beyond its share, so that none takes all that the server has. */
function limitConnections({ server }: FastifyInstance, shares: FairShare): void {
  server.on("connection", (socket: Socket) => {
    // a closed socket does not know its address any more
    const { remoteAddress = "" } = socket;
    if (!shares.take(remoteAddress)) socket.destroy();
    else socket.once("close", () => shares.release(remoteAddress));
  });
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? parsed.toString() : parsed.toByteArray().slice(0, 8).join(".");
}
