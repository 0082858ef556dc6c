import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { ethers } from "hardhat";
import {
  LOAN_PERIOD,
  LoanStatus,
  addJunior,
  asAddress,
  asHex,
  attestationDigest,
  buyGpu,
  cancelLoan,
  claimLoan,
  collectLoan,
  declareDefault,
  drawLoan,
  fundLoan,
  getBalances,
  getLoan,
  getVault,
  levelPayment,
  loanDomainOf,
  pledgeGpu,
  postBond,
  releaseGpu,
  releaseSurplus,
  repayLoan,
  requestLoan,
  signAttestation,
  unfundLoan,
  withdrawBond,
} from "../../../sdk/src/index";
import { registerTestGpu } from "../../shared/market";
import { deployVault } from "../../shared/vaults";
import { expectError } from "../../worker/support/rejection";
import { clientOf } from "../support";

const [PRINCIPAL, RESERVE, VALUE] = [100_000n, 25_000n, 200_000n];
const [RATE_BPS, PAYMENTS] = [1_000n, 12n];
const [GRACE, DAY, YEAR] = [15n * 86_400n, 86_400n, 365n * 86_400n];
const CLASS = asHex(encodeBytes32String("H100"));
const PAYMENT = levelPayment({ principal: PRINCIPAL, rateBps: RATE_BPS, payments: PAYMENTS });

/*
actions on a loan
├── requestLoan pays in the reserve, and getLoan tells what was asked for
├── fundLoan and unfundLoan move commitments, never more than the loan lacks
├── cancelLoan gives reserve and junior back
├── signAttestation signs what the contract hashes
├── drawLoan hands the junior over and pays the principal
├── collectLoan takes what is due, and releaseSurplus gives the rest to the borrower
├── repayLoan and claimLoan pay the lenders to the last unit, and releaseGpu ends the pledge
├── declareDefault offers the GPU, and buyGpu buys it
├── withdrawBond takes out what no loan holds
├── refusals carry the contract's error, and a hint
└── levelPayment
   ├── computes what the contract computes
   └── refuses terms out of range
*/
describe("actions on a loan", () => {
  async function deployed() {
    const market = await deployVault();
    const { operator, staker, other, client, provider, loanBook, gpuRegistry } = market;
    const gpuId = await registerTestGpu(market, operator, "collateral");
    await gpuRegistry.connect(operator).setOperator(gpuId, market.vault);
    const points = [
      { age: 0n, bps: 10_000n },
      { age: 3n * YEAR, bps: 3_000n },
    ];
    await loanBook.setCurve(CLASS, points);
    const request = {
      vault: asAddress(market.vault.target as string),
      ...{ principal: PRINCIPAL, reserve: RESERVE, leastIncome: 0n },
      ...{ rateBps: RATE_BPS, payments: PAYMENTS },
      fundingDeadline: BigInt(await time.latest()) + 30n * DAY,
      custodian: asAddress(provider.address),
      gpuIds: [gpuId],
    };
    return {
      ...{ market, gpuId, request, token: market.tokenAddress },
      borrower: clientOf(market, operator),
      lenders: [clientOf(market, staker), clientOf(market, other)] as const,
      custodian: clientOf(market, provider),
      buyer: clientOf(market, client),
    };
  }

  async function funded() {
    const base = await deployed();
    const { borrower, lenders, request, custodian, token, gpuId } = base;
    const { id } = await requestLoan(borrower, request);
    await fundLoan(lenders[0], { id, amount: 40_000n });
    await fundLoan(lenders[1], { id, amount: PRINCIPAL });
    await postBond(custodian, { token, amount: VALUE });
    await pledgeGpu(borrower, { gpuId });
    const madeAt = BigInt(await time.latest());
    const attestation = { gpuId, hardwareClass: CLASS, token, value: VALUE, madeAt };
    const signed = await signAttestation(custodian, { ...attestation, expiresAt: madeAt + DAY });
    return { ...base, id, signed };
  }

  async function drawn() {
    const base = await funded();
    await drawLoan(base.borrower, { id: base.id, attestations: [base.signed] });
    return base;
  }

  const refused = async (action: () => unknown, errorName: string, args: object) => {
    const error = await expectError(action, "ErgonRevertError", "REVERT");
    expect(error).to.include({ errorName });
    expect(error).to.have.deep.property("args", args);
    return error;
  };

  it("requestLoan pays in the reserve, and getLoan tells what was asked for", async () => {
    const { borrower, request, token, market } = await loadFixture(deployed);
    const before = await getBalances(borrower, { token });
    const { id } = await requestLoan(borrower, request);
    const after = await getBalances(borrower, { token });
    expect([id, before.claims - after.claims]).to.deep.equal([1n, RESERVE]);
    const { blockNumber, ...loan } = await getLoan(borrower, { id });
    expect(blockNumber).to.be.greaterThan(0);
    expect(loan).to.deep.equal({
      ...{ id, request, token, status: LoanStatus.Requested, borrower: market.operator.address },
      ...{ committed: 0n, levelPayment: 0n, reserve: RESERVE, lockedBond: 0n, principalLeft: 0n },
      ...{ interest: 0n, debt: 0n, arrears: 0n, due: 0n, paid: 0n, paymentsMade: 0n },
      ...{ drawnAt: undefined, defaultedAt: undefined, nextDueAt: undefined },
      ...{ lenders: [], auctions: [] },
    });
  });

  it("fundLoan and unfundLoan move commitments, never more than the loan lacks", async () => {
    const { borrower, request, lenders } = await loadFixture(deployed);
    const { id } = await requestLoan(borrower, request);
    expect((await fundLoan(lenders[0], { id, amount: 40_000n })).taken).to.equal(40_000n);
    const { taken } = await fundLoan(lenders[1], { id, amount: PRINCIPAL });
    expect(taken).to.equal(60_000n);
    await unfundLoan(lenders[0], { id, amount: 10_000n });
    const { committed, lenders: all } = await getLoan(borrower, { id });
    expect([committed, ...all.map(({ commitment }) => commitment)]).to.deep.equal([
      ...[90_000n, 30_000n, 60_000n],
    ]);
  });

  it("cancelLoan gives reserve and junior back", async () => {
    const { borrower, request, token } = await loadFixture(deployed);
    const { id } = await requestLoan(borrower, request);
    const before = await getBalances(borrower, { token });
    await cancelLoan(borrower, { id });
    expect((await getBalances(borrower, { token })).claims - before.claims).to.equal(RESERVE);
    expect((await getLoan(borrower, { id })).status).to.equal(LoanStatus.Cancelled);
  });

  it("signAttestation signs what the contract hashes", async () => {
    const { custodian, signed, market } = await loadFixture(funded);
    const digest = attestationDigest(await loanDomainOf(custodian), signed.attestation);
    expect(await market.loanBook.attestationDigest(signed.attestation)).to.equal(digest);
    expect(ethers.recoverAddress(digest, signed.signature)).to.equal(market.provider.address);
  });

  it("drawLoan hands the junior over and pays the principal", async () => {
    const { borrower, id, signed, token, request, market } = await loadFixture(funded);
    const before = await getBalances(borrower, { token });
    await drawLoan(borrower, { id, attestations: [signed] });
    expect((await getBalances(borrower, { token })).claims - before.claims).to.equal(PRINCIPAL);
    const { juniorOwner } = await getVault(borrower, { vault: request.vault });
    expect(juniorOwner).to.equal(market.loanBook.target);
    const loan = await getLoan(borrower, { id });
    const { drawnAt = 0n, status, levelPayment: level, debt, due, nextDueAt, lockedBond } = loan;
    expect({ status, level, debt, due, nextDueAt, lockedBond }).to.deep.equal({
      ...{ status: LoanStatus.Active, level: PAYMENT, debt: PRINCIPAL, due: PAYMENT },
      ...{ nextDueAt: drawnAt + LOAN_PERIOD, lockedBond: VALUE / 10n },
    });
  });

  it("collectLoan takes what is due, and releaseSurplus gives the rest to the borrower", async () => {
    const { borrower, id, request, token, market } = await loadFixture(drawn);
    const { vault } = request;
    await addJunior(borrower, { vault, token, amount: 20_000n });
    const { taken } = await collectLoan(borrower, { id });
    expect(taken).to.equal(PAYMENT);
    const { paid, paymentsMade, due } = await getLoan(borrower, { id });
    expect([paid, paymentsMade, due]).to.deep.equal([PAYMENT, 1n, 0n]);
    const before = await getBalances(borrower, { token });
    const to = asAddress(market.operator.address);
    await releaseSurplus(borrower, { id, amount: 20_000n - PAYMENT, to });
    const { claims } = await getBalances(borrower, { token });
    expect(claims - before.claims).to.equal(20_000n - PAYMENT);
    expect((await collectLoan(borrower, { id })).taken).to.equal(0n);
  });

  it("repayLoan and claimLoan pay the lenders to the last unit, and releaseGpu ends the pledge", async () => {
    const { borrower, lenders, id, gpuId, market } = await loadFixture(drawn);
    await time.increase(LOAN_PERIOD);
    const { taken } = await repayLoan(borrower, { id, amount: 2n * PRINCIPAL });
    for (const lender of [market.staker, market.other]) {
      await claimLoan(lenders[0], { id, lender: asAddress(lender.address) });
    }
    const loan = await getLoan(borrower, { id });
    expect([loan.status, loan.paid, loan.debt]).to.deep.equal([LoanStatus.Closed, taken, 0n]);
    const received = loan.lenders.reduce((sum, lender) => sum + lender.received, 0n);
    expect(received).to.equal(taken);
    await releaseGpu(borrower, { gpuId });
    expect(await market.gpuRegistry.pledgeeOf(gpuId)).to.equal(ethers.ZeroAddress);
  });

  it("declareDefault offers the GPU, and buyGpu buys it", async () => {
    const { borrower, buyer, id, gpuId, market } = await loadFixture(drawn);
    await time.increase(LOAN_PERIOD + GRACE);
    await declareDefault(buyer, { id });
    const { status, auctions, reserve, paid } = await getLoan(borrower, { id });
    expect([status, reserve, paid]).to.deep.equal([LoanStatus.Defaulted, 0n, RESERVE]);
    const [auction] = auctions;
    expect(auction.gpuId).to.equal(gpuId);
    const { price } = await buyGpu(buyer, { id, gpuId, maxPrice: auction.price });
    expect(price <= auction.price && price > 0n).to.equal(true);
    expect(await market.gpuRegistry.ownerOf(gpuId)).to.equal(market.client.address);
    expect((await getLoan(borrower, { id })).auctions).to.deep.equal([]);
  });

  it("withdrawBond takes out what no loan holds", async () => {
    const { custodian, token, market } = await loadFixture(drawn);
    const free = (VALUE * 9n) / 10n;
    await refused(
      () => withdrawBond(custodian, { token, amount: free + 1n }),
      "CustodiansBondTooLow",
      {
        ...{ custodian: market.provider.address, token, needed: free + 1n, free },
      },
    );
    const before = await getBalances(custodian, { token });
    await withdrawBond(custodian, { token, amount: free });
    expect((await getBalances(custodian, { token })).claims - before.claims).to.equal(free);
  });

  it("refusals carry the contract's error, and a hint", async () => {
    const { borrower, buyer, request, market } = await loadFixture(deployed);
    const error = await refused(() => requestLoan(buyer, request), "LoanBookNotJuniorOwner", {
      ...{ vault: request.vault, caller: market.client.address },
    });
    expect(error.message).to.contain("call from the owner of the vault's junior");
    const { id } = await requestLoan(borrower, request);
    await refused(() => drawLoan(borrower, { id }), "LoanBookNotFunded", {
      ...{ id, committed: 0n, principal: PRINCIPAL },
    });
    for (const action of [getLoan, fundLoan, repayLoan]) {
      const unknown = () => action(borrower, { id: 9n, amount: 1n });
      await expectError(unknown, "InputError", "INPUT");
    }
  });

  context("levelPayment", () => {
    it("computes what the contract computes", async () => {
      const harness = await ethers.deployContract("LoanHarness");
      for (const principal of [1n, 999n, 1_000_000_000n, 2n ** 112n - 1n]) {
        for (const rateBps of [0n, 1n, 733n, 1_000n, 10_000n]) {
          for (const payments of [1n, 2n, 36n, 119n, 120n]) {
            expect(levelPayment({ principal, rateBps, payments })).to.equal(
              await harness.levelPayment(principal, rateBps, payments),
            );
          }
        }
      }
      const usual = { principal: 1_000_000_000n, rateBps: 1_000n, payments: 36n };
      expect(levelPayment(usual)).to.equal(32_267_188n);
    });

    it("refuses terms out of range", async () => {
      const usual = { principal: 1n, rateBps: 0n, payments: 1n };
      for (const wrong of [
        ...[{ principal: 2n ** 112n }, { principal: -1n }, { rateBps: 10_001n }, { rateBps: -1n }],
        ...[{ payments: 0n }, { payments: 121n }],
      ]) {
        await expectError(() => levelPayment({ ...usual, ...wrong }), "InputError", "INPUT");
      }
    });
  });
});
