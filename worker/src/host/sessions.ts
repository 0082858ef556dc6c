import { randomBytes } from "node:crypto";
import type { Clock } from "../clock";
import { HttpError } from "../http/errors";
import type { Address } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Bounds of sessions. */
export interface SessionLimits {
  /** Seconds that a session lasts. */
  readonly seconds: number;
  /** Bytes of files that a session gets. */
  readonly maxBytes: number;
  /** Sessions at once. */
  readonly most: number;
}

/** Who is served. */
export interface Member {
  readonly licence: bigint;
  readonly holder: Address;
  /** What the dataset's key is sealed to. */
  readonly publicKey: Hex;
}

/** That the licence is the holder's. */
export interface Belief {
  /** When the chain was asked, in milliseconds since 1970. */
  readonly at: number;
  /** Seconds since 1970; the last second of the licence. */
  readonly until: number;
}

/** Somebody who is served for some minutes. */
export class Session implements Member {
  readonly licence: bigint;
  readonly holder: Address;
  readonly publicKey: Hex;
  /** What the chain last said of the licence. */
  belief: Belief;
  private bytesLeft: number;

  constructor(
    { licence, holder, publicKey }: Member,
    /** Seconds since 1970; the last second. */
    readonly expiresAt: number,
    { maxBytes, belief }: { readonly maxBytes: number; readonly belief: Belief },
  ) {
    [this.licence, this.holder, this.publicKey] = [licence, holder, publicKey];
    [this.bytesLeft, this.belief] = [maxBytes, belief];
  }

  /** Counts bytes that will be sent. Throws `HttpError` QUOTA if they are too many. */
  reserve(bytes: number): void {
    if (bytes > this.bytesLeft) {
      throw new HttpError("QUOTA", `this session gets ${this.bytesLeft} bytes more; begin another`);
    }
    this.bytesLeft -= bytes;
  }

  /** Counts bytes that were reserved and not sent. */
  release(bytes: number): void {
    this.bytesLeft += bytes;
  }
}

/** Sessions of one licence at once; a further one ends the oldest. */
const MOST_OF_LICENCE = 4;

/** The sessions that go on, by their tokens. Only holders of valid licences can begin one. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly clock: Pick<Clock, "now">,
    private readonly limits: SessionLimits,
  ) {}

  /** Sessions that did not end yet. */
  get size(): number {
    this.forget();
    return this.sessions.size;
  }

  /** Begins a session; gives its token. Throws `HttpError` BUSY. */
  begin(member: Member, belief: Belief): { readonly token: string; readonly session: Session } {
    const { seconds, maxBytes, most } = this.limits;
    const own = [...this.sessions].filter(([, { licence }]) => licence === member.licence);
    if (own.length >= MOST_OF_LICENCE) this.end(own[0][0]);
    if (this.size >= most) throw new HttpError("BUSY", "too many sessions at once");
    const session = new Session(member, this.now() + seconds, { maxBytes, belief });
    const token = randomBytes(32).toString("base64url");
    this.sessions.set(token, session);
    return { token, session };
  }

  /** The session with this token. Throws `HttpError` SESSION. */
  find(token: string): Session {
    const session = this.sessions.get(token);
    if (session !== undefined && this.now() <= session.expiresAt) return session;
    throw new HttpError("SESSION", "there is no such session, or it ended; begin another");
  }

  /** Ends a session. */
  end(token: string): void {
    this.sessions.delete(token);
  }

  private forget(): void {
    for (const [token, { expiresAt }] of this.sessions) {
      if (expiresAt < this.now()) this.end(token);
    }
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1_000);
  }
}
