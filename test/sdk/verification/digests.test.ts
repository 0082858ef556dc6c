import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, toBeHex } from "ethers";
import {
  asAddress,
  asHex,
  atOutputRoot,
  concessionDigest,
  gameHash,
  moveDigest,
  recoverSigner,
  signConcession,
  signMove,
  signTrace,
  signedMoveOf,
  traceDigest,
  verifierDomainOf,
} from "../../../sdk/src/index";
import { challengeClaim, deployArena } from "../../shared/arena";
import { deployDisputed } from "./support";
import type { Hex } from "../../../tensor/src/index";

const ROUNDS = 32;

/** A number of `bits` bits that follows from a name. */
function random(name: string, bits: bigint): bigint {
  return BigInt(id(name)) >> (256n - bits);
}

function word(name: string): Hex {
  return asHex(id(name));
}

describe("digests of moves", () => {
  it("moveDigest is the verifier's", async () => {
    const { players, optimisticVerifier } = await loadFixture(deployArena);
    const domain = await verifierDomainOf(players.stranger);
    for (let i = 0; i < ROUNDS; i++) {
      const [game, node] = [word(`game ${i}`), word(`node ${i}`)];
      const [height, index, element] = ["h", "i", "e"].map((name) => random(`${name} ${i}`, 256n));
      expect(moveDigest(domain, { game, height, index, node, element })).to.equal(
        await optimisticVerifier.moveDigest(game, height, index, node, element),
      );
    }
  });

  it("traceDigest is the verifier's", async () => {
    const { players, optimisticVerifier } = await loadFixture(deployArena);
    const domain = await verifierDomainOf(players.stranger);
    for (let i = 0; i < ROUNDS; i++) {
      const [job, unit] = [random(`job ${i}`, 256n), random(`unit ${i}`, 64n)];
      const worker = asAddress(toBeHex(random(`worker ${i}`, 160n), 20));
      expect(traceDigest(domain, { job, unit, root: word(`root ${i}`), worker })).to.equal(
        await optimisticVerifier.traceDigest(job, unit, word(`root ${i}`), worker),
      );
    }
  });

  it("concessionDigest is the verifier's", async () => {
    const { players, optimisticVerifier } = await loadFixture(deployArena);
    const domain = await verifierDomainOf(players.stranger);
    for (let i = 0; i < ROUNDS; i++) {
      const game = word(`game ${i}`);
      expect(concessionDigest(domain, { game })).to.equal(
        await optimisticVerifier.concessionDigest(game),
      );
    }
  });

  it("signMove, signConcession and signTrace sign them for the client's account", async () => {
    const arena = await loadFixture(deployDisputed);
    const { job, players, challenger, worker } = arena;
    const domain = await verifierDomainOf(players.stranger);
    const { game } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const descent = { height: 0n, index: 3n, node: word("node"), siblings: [word("sibling")] };

    const pick = { name: "pick", descent } as const;
    const byChallenger = await signMove(players.challenger, { game, move: pick });
    const digest = moveDigest(domain, signedMoveOf(game, pick));
    expect(recoverSigner(digest, byChallenger)).to.equal(challenger.address);

    const conceded = await signConcession(players.challenger, { game });
    const concession = concessionDigest(domain, { game: gameHash(game) });
    expect(recoverSigner(concession, conceded)).to.equal(challenger.address);

    const claim = { unit: 3n, root: word("root") };
    const byWorker = await signTrace(players.worker, { job, claim });
    const trace = { job: job.id, ...claim, worker: asAddress(worker.address) };
    expect(recoverSigner(traceDigest(domain, trace), byWorker)).to.equal(worker.address);
  });
});
