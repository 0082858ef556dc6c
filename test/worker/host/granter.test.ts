import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadFixture, mine, takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import {
  PurchaseStatus,
  accessKeyPair,
  getAccessMarket,
  getGrantedKey,
  getLicence,
  openKey,
  refundAccess,
  rotateKey,
} from "../../../sdk/src/index";
import { deployed } from "../../sdk/data/support";
import type { Deployed } from "../../sdk/data/support";
import { claimsOf } from "../../shared/datasets";
import { useTemporaryDirectory } from "../support/temporary";
import { RESERVE, buyLicence, hostWallet, placeOf, startGranter, turns } from "./support";
import type { Place, Started } from "./support";

const { Pending, Granted, Refunded } = PurchaseStatus;

/*
Granter
├── it makes the key of the running epoch, and grants with it what each buyer can open
├── it grants several purchases, the most urgent first, each once
├── it grants a purchase only when its block is final
├── given a purchase that was refunded or granted by hand: it sends nothing
├── near the deadline
│  ├── it grants up to the reserve before it, and not after
│  └── given it was silent: the price is refunded, and it sends nothing after that
├── given the terms name another account: it sends nothing, and says so once
├── given it was stopped between purchase and grant: the next one grants, once
├── given the grant waits in the pool when it is stopped: the next one sends no other
├── given the chain drops a final purchase, which comes back in another block: it grants again
├── a new key
│  ├── is told to the chain once its files are complete, and grants carry it from then on
│  ├── is not told while a grant is on its way, and grants wait while it is
│  ├── given it was stopped before it was told: the next one tells it, once
│  └── given somebody else told the chain: the files are brought in line
└── clean removes files of epochs that are over
*/
describe("Granter", () => {
  const directory = useTemporaryDirectory();
  let all: Deployed;
  let place: Place;
  let host: Started;

  beforeEach(async () => {
    all = await loadFixture(deployed);
    place = placeOf(all, directory());
    host = await startGranter(place);
  });

  const sent = async () => all.host.provider.getTransactionCount(hostWallet().address);
  const statusOf = async (id: bigint) =>
    (await getLicence(all.anyone, { market: all.access, id })).status;
  const keyFor = async (privateKey: `0x${string}`, id: bigint) =>
    openKey(privateKey, (await getGrantedKey(all.anyone, { market: all.access, id })).encryptedKey);
  const epoch = async () => (await getAccessMarket(all.anyone, { market: all.access })).keyEpoch;

  it("makes the key of the running epoch, and grants with it what each buyer can open", async () => {
    const pairs = [accessKeyPair(), accessKeyPair()];
    const ids: bigint[] = [];
    for (const { publicKey } of pairs) ids.push((await buyLicence(all.buyer, all, publicKey)).id);
    await turns(host, 2);
    const key = await host.dataset.key(0);
    for (const [i, { privateKey }] of pairs.entries()) {
      expect(await keyFor(privateKey, ids[i])).to.equal(key);
    }
    expect(await host.figures()).to.match(/^ergon_host_grants_total 2$/m);
    expect(host.granter).to.include({ keyEpoch: 0, isHost: true });
  });

  it("grants several purchases, the most urgent first, each once", async () => {
    const before = await sent();
    for (let i = 0; i < 3; i++) await buyLicence(all.buyer, all);
    await turns(host, 5);
    expect(await Promise.all([1n, 2n, 3n].map(statusOf))).to.deep.equal(Array(3).fill(Granted));
    expect(await sent()).to.equal(before + 3);
    const lines = host.log.lines.filter((line) => line.startsWith("grant sent"));
    expect(lines.map((line) => /"purchase":"(\d)"/.exec(line)?.[1])).to.deep.equal(["1", "2", "3"]);
  });

  it("grants a purchase only when its block is final", async () => {
    host = await startGranter(place, { confirmations: 3 });
    await turns(host);
    const { id } = await buyLicence(all.buyer, all);
    await turns(host, 2);
    await mine(1);
    await turns(host, 2);
    expect(await statusOf(id)).to.equal(Pending);
    await mine(1);
    await turns(host);
    expect(await statusOf(id)).to.equal(Granted);
  });

  it("given a purchase that was refunded or granted by hand: it sends nothing", async () => {
    await turns(host);
    const before = await sent();
    const { id, deadline } = await buyLicence(all.buyer, all);
    await time.increaseTo(deadline + 1n);
    await refundAccess(all.anyone, { market: all.access, id });
    await turns(host, 2);
    expect([await statusOf(id), await sent()]).to.deep.equal([Refunded, before]);
  });

  describe("near the deadline", () => {
    it("grants up to the reserve before it, and not after", async () => {
      await turns(host);
      for (const [early, status] of [
        [RESERVE + 1, Granted],
        [RESERVE, Granted],
        [RESERVE - 1, Pending],
      ] as const) {
        const { id, deadline } = await buyLicence(all.buyer, all);
        await time.increaseTo(deadline - BigInt(early));
        await turns(host);
        expect(await statusOf(id), `${early} seconds early`).to.equal(status);
      }
    });

    it("given it was silent: the price is refunded, and it sends nothing after that", async () => {
      const claims = await claimsOf(all.market, all.market.client);
      const { id, deadline } = await buyLicence(all.buyer, all);
      const before = await sent();
      await time.increaseTo(deadline);
      await turns(host, 2);
      await refundAccess(all.anyone, { market: all.access, id });
      await turns(host, 2);
      expect(await claimsOf(all.market, all.market.client)).to.equal(claims);
      expect(await sent()).to.equal(before);
    });
  });

  it("given the terms name another account: it sends nothing, and says so once", async () => {
    const wallet = new Wallet(`0x${"77".repeat(32)}`);
    const elsewhere = placeOf(all, join(directory(), "stranger"));
    const stranger = await startGranter(elsewhere, { wallet });
    const { id } = await buyLicence(all.buyer, all);
    await turns(stranger, 3);
    expect(await statusOf(id)).to.equal(Pending);
    expect(stranger.granter.isHost).to.equal(false);
    expect(stranger.log.lines.filter((line) => line.includes("another host"))).to.have.length(1);
  });

  it("given it was stopped between purchase and grant: the next one grants, once", async () => {
    await turns(host);
    const { privateKey, publicKey } = accessKeyPair();
    const { id } = await buyLicence(all.buyer, all, publicKey);
    const before = await sent();
    const key = await host.dataset.key(0);
    host = await startGranter(place);
    await turns(host, 3);
    expect(await keyFor(privateKey, id)).to.equal(key);
    expect(await sent()).to.equal(before + 1);
  });

  it("given the grant waits in the pool when it is stopped: the next one sends no other", async () => {
    await turns(host);
    const { id } = await buyLicence(all.buyer, all);
    const before = await sent();
    await network.provider.send("evm_setAutomine", [false]);
    await turns(host);
    host = await startGranter(place);
    await turns(host, 2);
    await network.provider.send("evm_setAutomine", [true]);
    await mine(1);
    await turns(host, 2);
    expect([await statusOf(id), await sent()]).to.deep.equal([Granted, before + 1]);
  });

  it("given the chain drops a final purchase, which comes back in another block: it grants again", async () => {
    await turns(host);
    const snapshot = await takeSnapshot();
    const before = await sent();
    const { privateKey, publicKey } = accessKeyPair();
    await buyLicence(all.buyer, all, publicKey);
    await turns(host, 2);
    expect(await statusOf(1n)).to.equal(Granted);
    await snapshot.restore();
    expect(await sent()).to.equal(before);
    await mine(1);
    await buyLicence(all.buyer, all, publicKey);
    await turns(host, 3);
    expect(await keyFor(privateKey, 1n)).to.equal(await host.dataset.key(0));
    expect(host.log.lines.join()).to.include("the chain dropped blocks");
    expect(await sent()).to.equal(before + 1);
  });

  describe("a new key", () => {
    const addFile = async () => {
      const folder = join(directory(), "plain");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "a.txt"), "a");
      await host.dataset.add(folder, 0);
    };

    it("is told to the chain once its files are complete, and grants carry it from then on", async () => {
      await addFile();
      await turns(host);
      await host.dataset.prepare(1);
      await turns(host, 2);
      expect(await epoch()).to.equal(1n);
      const { privateKey, publicKey } = accessKeyPair();
      const { id } = await buyLicence(all.buyer, all, publicKey);
      await turns(host, 3);
      expect(await keyFor(privateKey, id)).to.equal(await host.dataset.key(1));
      expect(host.granter.keyEpoch).to.equal(1);
      expect((await host.dataset.manifest(1))?.files).to.have.length(1);
      expect(await epoch()).to.equal(1n);
    });

    it("is not told while a grant is on its way, and grants wait while it is", async () => {
      host = await startGranter(place, { confirmations: 3 });
      await turns(host);
      const { id } = await buyLicence(all.buyer, all);
      await mine(2);
      await turns(host);
      await host.dataset.prepare(1);
      await turns(host, 2);
      expect([await statusOf(id), await epoch()]).to.deep.equal([Granted, 0n]);
      await mine(2);
      await turns(host);
      expect(await epoch()).to.equal(1n);
      const second = await buyLicence(all.buyer, all);
      await mine(1);
      await turns(host);
      expect(await statusOf(second.id)).to.equal(Pending);
      await mine(2);
      await turns(host, 2);
      const { keyEpoch } = await getGrantedKey(all.anyone, { market: all.access, id: second.id });
      expect(keyEpoch).to.equal(1n);
    });

    it("given it was stopped before it was told: the next one tells it, once", async () => {
      await addFile();
      await turns(host);
      await host.dataset.prepare(1);
      host = await startGranter(place);
      await turns(host, 4);
      expect(await epoch()).to.equal(1n);
    });

    it("given somebody else told the chain: the files are brought in line", async () => {
      await addFile();
      await turns(host);
      await rotateKey(all.host, { market: all.access });
      await rotateKey(all.host, { market: all.access });
      await turns(host, 2);
      expect(host.granter.keyEpoch).to.equal(2);
      expect((await host.dataset.manifest(2))?.files.map(({ name }) => name)).to.deep.equal([
        "a.txt.age",
      ]);
      expect(await epoch()).to.equal(2n);
    });
  });

  it("clean removes files of epochs that are over", async () => {
    host = await startGranter(place, { confirmations: 2 });
    await turns(host);
    await host.dataset.prepare(1);
    await turns(host);
    await host.granter.clean();
    expect(await readdir(join(place.dataDir, "files"))).to.deep.equal(["0", "1"]);
    await mine(1);
    await turns(host);
    await host.granter.clean();
    expect(await readdir(join(place.dataDir, "files"))).to.deep.equal(["1"]);
  });
});
