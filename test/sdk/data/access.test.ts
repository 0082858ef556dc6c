import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  PurchaseStatus,
  accessKeyPair,
  asHex,
  buyAccess,
  createDatasetKey,
  getAccessMarket,
  getBuyerKey,
  getGrantedKey,
  getLicence,
  grantAccess,
  openKey,
  refundAccess,
  rotateKey,
  sealKey,
} from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";
import { DAY, ENCRYPTED_KEY, PUBLIC_KEY, TERMS } from "../../shared/accessMarket";
import { now } from "../../shared/datasets";
import { expectError } from "../../worker/support/rejection";
import { deployed, refused } from "./support";
import type { Deployed } from "./support";

/*
access to a dataset
├── buyAccess, grantAccess and getLicence sell a licence
├── refundAccess gives a price back after the host's time
├── getLicence, getBuyerKey and getGrantedKey report INPUT given a purchase that nobody made
├── given a dataset's key: the host seals it to getBuyerKey, and the buyer opens getGrantedKey
├── getGrantedKey reports INPUT before the grant, also as of an older block
├── rotateKey, for the host alone, begins the next epoch, and later grants are of it
└── getAccessMarket tells terms, price and sales, as of any block
*/
describe("access to a dataset", () => {
  const bought = async (
    { access: market, buyer }: Deployed,
    publicKey: Hex = asHex(PUBLIC_KEY),
  ) => {
    const { price: maxPrice } = await getAccessMarket(buyer, { market });
    const deadline = (await now()) + DAY;
    return { maxPrice, ...(await buyAccess(buyer, { market, maxPrice, deadline, publicKey })) };
  };

  it("buyAccess, grantAccess and getLicence sell a licence", async () => {
    const all = await loadFixture(deployed);
    const { access: market, buyer, host, anyone } = all;
    const { id, price, deadline, maxPrice } = await bought(all);
    const buyerAddress = all.market.client.address;
    const allowance = await all.market.ledger.allowance(buyerAddress, market, all.token);
    expect(allowance).to.equal(maxPrice - price);
    const sale = { id, price, deadline, buyer: buyerAddress };
    expect(await getLicence(anyone, { market, id })).to.deep.include({
      ...{ ...sale, status: PurchaseStatus.Pending, valid: false },
    });
    const grant = { market, id, encryptedKey: asHex(ENCRYPTED_KEY) };
    await refused(() => grantAccess(buyer, grant), "AccessMarketNotHost", {
      ...{ caller: buyerAddress, host: all.market.host.address },
    });
    const granted = await grantAccess(host, grant);
    expect(granted).to.include({
      ...{ keyEpoch: 0n, toPot: (price * TERMS.potShareBps) / 10_000n },
      treasury: all.market.timelock,
    });
    expect(granted.expiresAt).to.equal((await now()) + TERMS.licenceTerm);
    const licence = await getLicence(anyone, { market, id });
    expect(licence).to.deep.include({
      ...{ ...sale, status: PurchaseStatus.Granted, holder: buyerAddress, valid: true },
      ...{ expiresAt: granted.expiresAt, keyEpoch: 0n },
    });
    await time.increaseTo(granted.expiresAt + 1n);
    expect((await getLicence(anyone, { market, id })).valid).to.equal(false);
  });

  it("refundAccess gives a price back after the host's time", async () => {
    const all = await loadFixture(deployed);
    const { access: market, anyone } = all;
    const { id, price, deadline } = await bought(all);
    const early = await refused(
      () => refundAccess(anyone, { market, id }),
      "AccessMarketRefundTooEarly",
      { id, deadline },
    );
    expect(early).to.include({ retryable: true });
    await time.increaseTo(deadline);
    expect((await refundAccess(anyone, { market, id })).price).to.equal(price);
    const { status, holder } = await getLicence(anyone, { market, id });
    expect([status, holder]).to.deep.equal([PurchaseStatus.Refunded, undefined]);
  });

  it("getLicence, getBuyerKey and getGrantedKey report INPUT given a purchase that nobody made", async () => {
    const { access: market, anyone } = await loadFixture(deployed);
    for (const read of [getLicence, getBuyerKey, getGrantedKey]) {
      await expectError(() => read(anyone, { market, id: 1n }), "InputError", "INPUT");
    }
  });

  it("given a dataset's key: the host seals it to getBuyerKey, and the buyer opens getGrantedKey", async () => {
    const all = await loadFixture(deployed);
    const { access: market, host, buyer, anyone } = all;
    const key = await createDatasetKey();
    const { privateKey, publicKey } = accessKeyPair();
    await bought(all);
    const { id } = await bought(all, publicKey);
    const narrow = { ...anyone, logRange: 1 };
    expect(await getBuyerKey(narrow, { market, id })).to.equal(publicKey);
    expect(await getBuyerKey(narrow, { market, id: id - 1n })).to.equal(PUBLIC_KEY);
    await grantAccess(host, { market, id, encryptedKey: sealKey(publicKey, key) });
    const { encryptedKey, keyEpoch } = await getGrantedKey(buyer, { market, id });
    expect([openKey(privateKey, encryptedKey), keyEpoch]).to.deep.equal([key, 0n]);
  });

  it("getGrantedKey reports INPUT before the grant, also as of an older block", async () => {
    const all = await loadFixture(deployed);
    const { access: market, host, anyone } = all;
    const { id, transaction } = await bought(all);
    const refuses = (blockNumber?: number) =>
      expectError(() => getGrantedKey(anyone, { market, id, blockNumber }), "InputError", "INPUT");
    await refuses();
    await grantAccess(host, { market, id, encryptedKey: asHex(ENCRYPTED_KEY) });
    await refuses(transaction.blockNumber);
    expect((await getGrantedKey(anyone, { market, id })).encryptedKey).to.equal(ENCRYPTED_KEY);
  });

  it("rotateKey, for the host alone, begins the next epoch, and later grants are of it", async () => {
    const all = await loadFixture(deployed);
    const { access: market, host, buyer } = all;
    const { id } = await bought(all);
    const [caller, named] = [all.market.client.address, all.market.host.address];
    await refused(() => rotateKey(buyer, { market }), "AccessMarketNotHost", {
      ...{ caller, host: named },
    });
    expect((await rotateKey(host, { market })).keyEpoch).to.equal(1n);
    const grant = { market, id, encryptedKey: asHex(ENCRYPTED_KEY) };
    expect((await grantAccess(host, grant)).keyEpoch).to.equal(1n);
    expect((await getGrantedKey(buyer, { market, id })).keyEpoch).to.equal(1n);
  });

  it("getAccessMarket tells terms, price and sales, as of any block", async () => {
    const all = await loadFixture(deployed);
    const { access: market, anyone, host } = all;
    const before = await getAccessMarket(anyone, { market });
    expect(before).to.deep.include({
      ...{ market, dataset: all.dataset, owner: all.market.timelock, token: all.token },
      ...{ terms: { ...TERMS, host: all.market.host.address }, name: "Digits" },
      ...{ granted: 0n, pending: 0n, bought: 0n, keyEpoch: 0n },
    });
    const { id } = await bought(all);
    expect(await getAccessMarket(anyone, { market })).to.include({ pending: 1n, bought: id });
    await grantAccess(host, { market, id, encryptedKey: asHex(ENCRYPTED_KEY) });
    const after = await getAccessMarket(anyone, { market });
    expect(after).to.include({ granted: 1n, pending: 0n, bought: 1n });
    expect(after.price > before.price).to.equal(true);
    const { blockNumber } = before;
    expect(await getAccessMarket(anyone, { market, blockNumber })).to.deep.equal(before);
  });
});
