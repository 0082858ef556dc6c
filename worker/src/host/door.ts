import { Challenges } from "./challenges";
import type { Challenge } from "./challenges";
import { Sessions } from "./sessions";
import type { Belief, Member, Session, SessionLimits } from "./sessions";
import type { LicenceMarket } from "../chain/licenceMarket";
import type { Clock } from "../clock";
import { HttpError } from "../http/errors";
import { isPublicKey, sameHex } from "../../../sdk/src/index";
import type { Address, HostSessionRequest } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What tells holders of licences from others. */
export interface DoorContext {
  readonly market: Pick<LicenceMarket, "licence" | "isSigned">;
  readonly clock: Pick<Clock, "now">;
  /** The origin by which holders reach the host. */
  readonly audience: () => string;
  readonly limits: SessionLimits;
}

/** A holder's answer to a challenge. */
export interface SignedRequest extends Omit<HostSessionRequest, "audience"> {
  readonly signature: Hex;
}

/** Milliseconds for which what the chain said of a licence is believed. */
export const BELIEF_MS = 2_000;

/** Lets holders of valid licences in, and asks the chain again while they are served. */
export class Door {
  private readonly challenges: Challenges;
  private readonly sessions: Sessions;

  constructor(private readonly context: DoorContext) {
    const { clock, limits } = context;
    this.challenges = new Challenges(clock, limits.most);
    this.sessions = new Sessions(clock, limits);
  }

  /** Sessions that go on. */
  get open(): number {
    return this.sessions.size;
  }

  /** What a holder is asked to sign. */
  challenge(licence: bigint, holder: Address): Challenge {
    return this.challenges.issue(licence, holder);
  }

  /**
   * Begins a session for who signed a challenge, and holds the licence. Throws `HttpError` BODY, CHALLENGE, LICENCE,
   * HOLDER, EXPIRED, SIGNATURE, RATE or BUSY, and retryable `ChainError`s.
   */
  async enter(signed: SignedRequest): Promise<{ token: string; session: Session }> {
    const { signature, ...request } = signed;
    const answer = { ...request, expiresAt: Number(request.expiresAt) };
    if (!isPublicKey(request.publicKey)) {
      throw new HttpError("BODY", "publicKey is no compressed point of secp256k1");
    }
    this.challenges.check(answer);
    const belief = await this.ask(request);
    const audience = this.context.audience();
    if (!(await this.context.market.isSigned({ ...request, audience }, signature))) {
      const message = `${request.holder} did not sign this for ${audience} and this market: ask the host by that URL`;
      throw new HttpError("SIGNATURE", message);
    }
    this.challenges.use(answer);
    return this.sessions.begin(request, belief);
  }

  /**
   * The session with this token, whose holder still has a valid licence: else it ends. Throws `HttpError` SESSION,
   * HOLDER or EXPIRED, and retryable `ChainError`s.
   */
  async admit(token: string): Promise<Session> {
    const session = this.sessions.find(token);
    if (this.believes(session.belief)) return session;
    try {
      session.belief = await this.ask(session);
      return session;
    } catch (error) {
      if (error instanceof HttpError) this.sessions.end(token);
      throw error;
    }
  }

  private believes({ at, until }: Belief): boolean {
    const now = this.context.clock.now();
    return at <= now && now < at + BELIEF_MS && Math.floor(now / 1_000) <= until;
  }

  /** Asks the chain whether the licence is the holder's now. */
  private async ask({ licence: id, holder }: Pick<Member, "licence" | "holder">): Promise<Belief> {
    const at = this.context.clock.now();
    const licence = await this.context.market.licence(id);
    if (licence === undefined) throw new HttpError("LICENCE", `licence ${id} is not granted`);
    if (!sameHex(licence.holder, holder)) {
      throw new HttpError("HOLDER", `licence ${id} is not held by ${holder}`);
    }
    const { expiresAt: until } = licence;
    if (Math.max(Math.floor(at / 1_000), licence.now) > until) {
      throw new HttpError(
        "EXPIRED",
        `licence ${id} ended after ${new Date(until * 1_000).toISOString()}`,
      );
    }
    return { at, until };
  }
}
