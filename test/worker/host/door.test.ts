import { expect } from "chai";
import { Wallet } from "ethers";
import { asAddress, asHex, hostSessionDigest, recoverSigner } from "../../../sdk/src/index";
import type { HostSessionRequest } from "../../../sdk/src/index";
import type { LicenceNow } from "../../../worker/src/chain/licenceMarket";
import { ChainError } from "../../../worker/src/chain/errors";
import { BELIEF_MS, Door } from "../../../worker/src/host/door";
import type { SignedRequest } from "../../../worker/src/host/door";
import { CHALLENGE_SECONDS, Challenges } from "../../../worker/src/host/challenges";
import { NO_POINT, OTHER_PUBLIC_KEY, PUBLIC_KEY } from "../../shared/accessMarket";
import { ManualClock } from "../support/memory";
import { expectError } from "../support/rejection";

const HOLDER = new Wallet(`0x${"33".repeat(32)}`);
const OTHER = new Wallet(`0x${"44".repeat(32)}`);
const DOMAIN = {
  ...{ chainId: 31_337n, name: "Ergon AccessMarket" },
  verifyingContract: asAddress(`0x${"55".repeat(20)}`),
};
const AUDIENCE = "https://data.example.org";
const [SECOND, START] = [1_000, 1_700_000_000];
const LIMITS = { seconds: 600, maxBytes: 100, most: 10 };
const LICENCE = 7n;

type Change = Partial<HostSessionRequest & Pick<SignedRequest, "signature">>;

/*
Door
├── challenge
│  ├── gives another one each time
│  └── takes no memory until it is answered, however many there are
├── enter
│  ├── begins a session for the holder, who signed for this host, chain and market
│  ├── reports CHALLENGE for one of another holder, licence or time, of another host, or made up
│  ├── reports CHALLENGE a second time, and not before it was answered well
│  ├── reports CHALLENGE when two answer at once, to one of them
│  ├── accepts a challenge up to its last second, and not after
│  ├── reports SIGNATURE for another signer, host, chain, market, key, or domain name
│  ├── reports LICENCE, HOLDER or EXPIRED as the chain says, by its time or the machine's
│  ├── accepts a licence up to its last second, and not after
│  ├── reports BODY for a public key that is no point
│  ├── reports BUSY beyond what is remembered at once, until challenges are too old
│  ├── reports RATE beyond eight sessions of one licence a minute, and lets holders of others in meanwhile
│  └── lets errors of the chain through, after which the challenge still counts
└── admit
   ├── reports SESSION for a token that nobody got, and after its last second
   ├── asks the chain again, but not before two seconds are over
   ├── reports EXPIRED in the second after the licence's last, also where the chain was just asked
   ├── reports HOLDER once the licence is somebody else's, and SESSION from then on
   ├── lets errors of the chain through, and does not end the session
   └── ends the oldest of five sessions of one licence, and none of another's
*/
describe("Door", () => {
  let clock: ManualClock;
  let door: Door;
  let licence: LicenceNow | undefined;
  let asked: number;
  let failure: ChainError | undefined;

  const makeDoor = (limits = LIMITS) =>
    new Door({
      market: {
        licence: async () => {
          asked++;
          if (failure !== undefined) throw failure;
          return licence;
        },
        isSigned: async (request, signature) =>
          recoverSigner(hostSessionDigest(DOMAIN, request), signature) === request.holder,
      },
      ...{ clock, limits, audience: () => AUDIENCE },
    });

  beforeEach(() => {
    clock = new ManualClock(START * SECOND);
    licence = { holder: asAddress(HOLDER.address), expiresAt: START + 10_000, now: START };
    [asked, failure] = [0, undefined];
    door = makeDoor();
  });

  const challenged = (by = HOLDER, id = LICENCE): HostSessionRequest => {
    const holder = asAddress(by.address);
    const { challenge, expiresAt } = door.challenge(id, holder);
    const request = { licence: id, holder, challenge, expiresAt: BigInt(expiresAt) };
    return { ...request, audience: AUDIENCE, publicKey: asHex(PUBLIC_KEY) };
  };

  const sign = async (request: HostSessionRequest, by = HOLDER, domain = DOMAIN) => {
    const fields = [
      ...["uint256 licence", "address holder", "string audience", "bytes publicKey"],
      ...["bytes32 challenge", "uint256 expiresAt"],
    ].map((field) => ({ type: field.split(" ")[0], name: field.split(" ")[1] }));
    const types = { HostSession: fields };
    return asHex(await by.signTypedData({ ...domain, version: "1" }, types, request));
  };

  const enter = async (request = challenged(), change: Change = {}) =>
    door.enter({ ...request, signature: await sign(request), ...change });

  const refuses = async (code: string, act: () => Promise<unknown>) =>
    expectError(act, "HttpError", code);

  describe("challenge", () => {
    it("gives another one each time", () => {
      const given = Array.from({ length: 100 }, () => challenged().challenge);
      expect(new Set(given).size).to.equal(100);
    });

    it("takes no memory until it is answered, however many there are", () => {
      const challenges = new Challenges(clock, 1);
      const holder = asAddress(HOLDER.address);
      const given = Array.from({ length: 20_000 }, () => challenges.issue(LICENCE, holder));
      expect(challenges.remembered).to.equal(0);
      challenges.use({ ...given[0], licence: LICENCE, holder });
      expect(challenges.remembered).to.equal(1);
    });
  });

  describe("enter", () => {
    it("begins a session for the holder, who signed for this host, chain and market", async () => {
      const { token, session } = await enter();
      expect(token).to.match(/^[\w-]{43}$/);
      expect(session.expiresAt).to.equal(START + 600);
      expect(await door.admit(token)).to.equal(session);
      expect(session).to.include({ licence: LICENCE, publicKey: PUBLIC_KEY });
      expect(door.open).to.equal(1);
    });

    it("reports CHALLENGE for one of another holder, licence or time, of another host, or made up", async () => {
      const request = challenged();
      const last = request.challenge.endsWith("0") ? "1" : "0";
      const elsewhere = door;
      door = makeDoor();
      await refuses("CHALLENGE", () => enter(request));
      door = elsewhere;
      for (const change of [
        { holder: asAddress(OTHER.address) },
        { licence: 8n },
        { expiresAt: request.expiresAt + 1n },
        { challenge: asHex(request.challenge.slice(0, -1) + last) },
        { challenge: asHex(`0x${"00".repeat(32)}`) },
        { challenge: asHex("0x") },
      ]) {
        await refuses("CHALLENGE", () => enter(request, change));
      }
      expect(asked).to.equal(0);
    });

    it("reports CHALLENGE a second time, and not before it was answered well", async () => {
      const request = challenged();
      const signature = await sign(request, OTHER);
      await refuses("SIGNATURE", () => enter(request, { signature }));
      await enter(request);
      await refuses("CHALLENGE", () => enter(request));
      const upper = asHex(`0x${request.challenge.slice(2).toUpperCase()}`);
      await refuses("CHALLENGE", () => enter(request, { challenge: upper }));
    });

    it("reports CHALLENGE when two answer at once, to one of them", async () => {
      const request = challenged();
      const [first, second] = await Promise.allSettled([enter(request), enter(request)]);
      expect([first.status, second.status].sort()).to.deep.equal(["fulfilled", "rejected"]);
      expect(door.open).to.equal(1);
    });

    it("accepts a challenge up to its last second, and not after", async () => {
      for (const [seconds, accepted] of [
        [CHALLENGE_SECONDS - 1, true],
        [CHALLENGE_SECONDS, true],
        [CHALLENGE_SECONDS + 1, false],
      ] as const) {
        const request = challenged();
        clock.advance(seconds * SECOND);
        if (accepted) await enter(request);
        else await refuses("CHALLENGE", () => enter(request));
      }
    });

    it("reports SIGNATURE for another signer, host, chain, market, key, or domain name", async () => {
      const request = challenged();
      const verifyingContract = asAddress(`0x${"66".repeat(20)}`);
      const signatures = [
        await sign(request, OTHER),
        await sign({ ...request, audience: "https://evil.example.org" }),
        await sign({ ...request, publicKey: asHex(OTHER_PUBLIC_KEY) }),
        await sign(request, HOLDER, { ...DOMAIN, chainId: 1n }),
        await sign(request, HOLDER, { ...DOMAIN, verifyingContract }),
        await sign(request, HOLDER, { ...DOMAIN, name: "Ergon" }),
        asHex("0x"),
      ];
      for (const signature of signatures) {
        await refuses("SIGNATURE", () => enter(request, { signature }));
      }
      expect(door.open).to.equal(0);
    });

    it("reports LICENCE, HOLDER or EXPIRED as the chain says, by its time or the machine's", async () => {
      const valid = licence as LicenceNow;
      for (const [code, said] of [
        ["LICENCE", undefined],
        ["HOLDER", { ...valid, holder: asAddress(OTHER.address) }],
        ["EXPIRED", { ...valid, expiresAt: START - 1 }],
        ["EXPIRED", { ...valid, now: valid.expiresAt + 1 }],
      ] as const) {
        licence = said;
        await refuses(code, () => enter());
      }
    });

    it("accepts a licence up to its last second, and not after", async () => {
      const expiresAt = START + 2;
      licence = { holder: asAddress(HOLDER.address), expiresAt, now: START };
      for (const accepted of [true, true, false]) {
        clock.advance(SECOND);
        if (accepted) await enter();
        else await refuses("EXPIRED", () => enter());
      }
    });

    it("reports BODY for a public key that is no point", async () => {
      const publicKey = asHex(NO_POINT);
      await refuses("BODY", () => enter({ ...challenged(), publicKey }));
    });

    it("reports BUSY beyond what is remembered at once, until challenges are too old", async () => {
      door = makeDoor({ ...LIMITS, seconds: 1, most: 2 });
      await enter();
      await enter();
      const waiting = challenged();
      await refuses("BUSY", () => enter(waiting));
      clock.advance((CHALLENGE_SECONDS + 1) * SECOND);
      await enter();
      expect(door.open).to.equal(1);
    });

    it("reports RATE beyond eight sessions of one licence a minute, and lets holders of others in meanwhile", async () => {
      door = makeDoor({ ...LIMITS, most: 9 });
      for (let i = 0; i < 8; i++) await enter();
      await refuses("RATE", () => enter());
      await enter(challenged(HOLDER, 8n));
      clock.advance((CHALLENGE_SECONDS + 1) * SECOND);
      await enter();
    });

    it("lets errors of the chain through, after which the challenge still counts", async () => {
      const request = challenged();
      failure = new ChainError("RPC", "down");
      await expectError(() => enter(request), "ChainError", "RPC");
      failure = undefined;
      await enter(request);
    });
  });

  describe("admit", () => {
    it("reports SESSION for a token that nobody got, and after its last second", async () => {
      await refuses("SESSION", () => door.admit("made-up"));
      const { token, session } = await enter();
      clock.advance(599 * SECOND);
      expect(await door.admit(token)).to.equal(session);
      clock.advance(SECOND);
      expect(await door.admit(token)).to.equal(session);
      clock.advance(SECOND);
      await refuses("SESSION", () => door.admit(token));
      expect(door.open).to.equal(0);
    });

    it("asks the chain again, but not before two seconds are over", async () => {
      const { token } = await enter();
      const before = asked;
      clock.advance(BELIEF_MS - 1);
      await door.admit(token);
      expect(asked).to.equal(before);
      clock.advance(1);
      await door.admit(token);
      await door.admit(token);
      expect(asked).to.equal(before + 1);
    });

    it("reports EXPIRED in the second after the licence's last, also where the chain was just asked", async () => {
      licence = { holder: asAddress(HOLDER.address), expiresAt: START + 1, now: START };
      const { token, session } = await enter();
      clock.advance(SECOND);
      expect(await door.admit(token)).to.equal(session);
      clock.advance(SECOND - 1);
      expect(await door.admit(token)).to.equal(session);
      clock.advance(1);
      await refuses("EXPIRED", () => door.admit(token));
    });

    it("reports HOLDER once the licence is somebody else's, and SESSION from then on", async () => {
      const { token } = await enter();
      licence = { ...(licence as LicenceNow), holder: asAddress(OTHER.address) };
      clock.advance(BELIEF_MS);
      await refuses("HOLDER", () => door.admit(token));
      await refuses("SESSION", () => door.admit(token));
    });

    it("lets errors of the chain through, and does not end the session", async () => {
      const { token, session } = await enter();
      clock.advance(BELIEF_MS);
      failure = new ChainError("RPC", "down");
      await expectError(() => door.admit(token), "ChainError", "RPC");
      failure = undefined;
      expect(await door.admit(token)).to.equal(session);
    });

    it("ends the oldest of five sessions of one licence, and none of another's", async () => {
      const other = await enter(challenged(HOLDER, 8n));
      const tokens: string[] = [];
      for (let i = 0; i < 5; i++) tokens.push((await enter()).token);
      await refuses("SESSION", () => door.admit(tokens[0]));
      for (const token of [...tokens.slice(1), other.token]) await door.admit(token);
      expect(door.open).to.equal(5);
    });
  });
});
