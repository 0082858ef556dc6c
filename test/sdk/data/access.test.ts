import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  PurchaseStatus,
  accessPrice,
  asHex,
  buyAccess,
  getLicence,
  grantAccess,
  refundAccess,
} from "../../../sdk/src/index";
import { ENCRYPTED_KEY, PUBLIC_KEY, TERMS } from "../../shared/accessMarket";
import { now } from "../../shared/datasets";
import { expectError } from "../../worker/support/rejection";
import { deployed, refused } from "./support";
import type { Deployed } from "./support";

/*
access to a dataset
├── buyAccess, grantAccess and getLicence sell a licence
├── refundAccess gives a price back after the host's time
└── getLicence reports INPUT given a purchase that nobody made
*/
describe("access to a dataset", () => {
  const bought = async ({ access: market, buyer }: Deployed) => {
    const maxPrice = await accessPrice(buyer, { market });
    const deadline = (await now()) + 60n;
    const publicKey = asHex(PUBLIC_KEY);
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

  it("getLicence reports INPUT given a purchase that nobody made", async () => {
    const { access: market, anyone } = await loadFixture(deployed);
    await expectError(() => getLicence(anyone, { market, id: 1n }), "InputError", "INPUT");
  });
});
