import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock";
import { HttpError } from "../http/errors";
import { asHex } from "../../../sdk/src/index";
import type { Address } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What a holder is asked to sign. */
export interface Challenge {
  /** 32 bytes. */
  readonly challenge: Hex;
  /** Seconds since 1970; the last second at which it can be answered. */
  readonly expiresAt: number;
}

/** Who answers a challenge. */
export interface Answer extends Challenge {
  readonly licence: bigint;
  readonly holder: Address;
}

/** Seconds from a challenge to the last one at which it can be answered. */
export const CHALLENGE_SECONDS = 60;

const [NONCE_BYTES, TAG_BYTES] = [16, 16];

/** Answered challenges of one licence that are remembered at once, so that its holder cannot shut out the others. */
const MOST_OF_LICENCE = 8;

/**
 * Challenges for holders of licences. A challenge is a nonce and a tag over it and over who asked, so those that are not
 * answered take no memory, however many there are; those that were answered are remembered until they are too old.
 */
export class Challenges {
  private readonly secret = randomBytes(32);
  private readonly used = new Map<Hex, Answer>();

  /** `most` answered challenges are remembered at once. */
  constructor(
    private readonly clock: Pick<Clock, "now">,
    private readonly most: number,
  ) {}

  /** Challenges that were answered, and are not too old. */
  get remembered(): number {
    return this.used.size;
  }

  /** A challenge for who holds a licence. */
  issue(licence: bigint, holder: Address): Challenge {
    const expiresAt = this.now() + CHALLENGE_SECONDS;
    const nonce = randomBytes(NONCE_BYTES);
    const tag = this.tag(nonce, { licence, holder, expiresAt });
    return { challenge: asHex(`0x${Buffer.concat([nonce, tag]).toString("hex")}`), expiresAt };
  }

  /** Throws `HttpError` CHALLENGE unless the challenge was given to this holder, is not too old, and not used. */
  check(answer: Answer): void {
    const bytes = Buffer.from(answer.challenge.slice(2), "hex");
    const tag = this.tag(bytes.subarray(0, NONCE_BYTES), answer);
    const given = bytes.subarray(NONCE_BYTES);
    if (given.length !== TAG_BYTES || !timingSafeEqual(given, tag)) {
      throw new HttpError("CHALLENGE", "this challenge was not given here for this licence");
    }
    if (this.now() > answer.expiresAt) {
      throw new HttpError("CHALLENGE", "this challenge is too old; ask for another");
    }
    if (this.used.has(keyOf(answer))) {
      throw new HttpError("CHALLENGE", "this challenge was answered before; ask for another");
    }
  }

  /** The same, and no second time. Throws `HttpError` RATE or BUSY too, while too many of its licence, or of all, are remembered. */
  use(answer: Answer): void {
    this.check(answer);
    this.forget();
    const own = [...this.used.values()].filter(({ licence }) => licence === answer.licence);
    if (own.length >= MOST_OF_LICENCE) {
      throw new HttpError("RATE", "too many sessions of this licence; wait a minute");
    }
    if (this.used.size >= this.most) throw new HttpError("BUSY", "too many sessions at once");
    this.used.set(keyOf(answer), answer);
  }

  private forget(): void {
    for (const [challenge, { expiresAt }] of this.used) {
      if (expiresAt < this.now()) this.used.delete(challenge);
    }
  }

  private tag(nonce: Buffer, { licence, holder, expiresAt }: Omit<Answer, "challenge">): Buffer {
    const asked = `${licence}/${holder.toLowerCase()}/${expiresAt}/`;
    const digest = createHmac("sha256", this.secret).update(asked).update(nonce).digest();
    return digest.subarray(0, TAG_BYTES);
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1_000);
  }
}

function keyOf({ challenge }: Challenge): Hex {
  return challenge.toLowerCase() as Hex;
}
