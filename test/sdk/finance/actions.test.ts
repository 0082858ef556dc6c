import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  accountOf,
  addJunior,
  announceRent,
  applyRent,
  asAddress,
  cancelExit,
  cancelVaultAsks,
  claimExit,
  createVault,
  depositToVault,
  getBalances,
  getJob,
  getVault,
  getVaultPosition,
  limitJunior,
  mintVaultShares,
  rebalanceVault,
  replaceVaultWorker,
  requestExit,
  settleWindow,
  transferJunior,
  windDownVault,
  withdrawJunior,
} from "../../../sdk/src/index";
import { openVaultJob } from "../../shared/vaults";
import {
  DEPOSIT,
  JUNIOR,
  RENT_BPS,
  WINDOW,
  currentWindow,
  deployVault,
  goToWindow,
} from "../../shared/vaults";
import { expectError } from "../../worker/support/rejection";
import { clientOf } from "../support";

/** Shares have three decimals more than the token. */
const SHARES = DEPOSIT * 1_000n;

/*
actions on a vault
├── createVault makes a vault of the client's account, once for each salt
├── depositToVault
│  ├── takes tokens, and allows them first
│  └── takes claims, and allows them first
├── mintVaultShares buys so many shares, and allows what they cost first
├── requestExit, cancelExit, settleWindow and claimExit let a staker leave
├── getVaultPosition tells shares, their worth, and requests by window
├── getVaultPosition finds a request that was bought
├── withdrawJunior takes out what the vault does not need, at most
├── addJunior and rebalanceVault let more be bonded
├── transferJunior gives the junior away
├── limitJunior limits what carries bonds, and takes the limit away
├── cancelVaultAsks ends asks that the operator signed
├── replaceVaultWorker gives a job of the vault another worker
├── announceRent and applyRent change the rate two windows later
├── windDownVault closes the vault
├── getVault tells what a vault is and has
├── getVault reports INPUT given an address without a contract
└── refusals carry the contract's error, and a hint
*/
describe("actions on a vault", () => {
  async function deployed() {
    const market = await deployVault();
    const vault = asAddress(market.vault.target as string);
    const [operator, staker, other] = [market.operator, market.staker, market.other].map(
      (account) => clientOf(market, account),
    );
    return { market, vault, token: market.tokenAddress, operator, staker, other };
  }

  const refused = async (action: () => unknown, errorName: string, args: object) => {
    const error = await expectError(action, "ErgonRevertError", "REVERT");
    expect(error).to.include({ errorName });
    expect(error).to.have.deep.property("args", args);
    return error;
  };

  it("createVault makes a vault of the client's account, once for each salt", async () => {
    const { market, other, token } = await loadFixture(deployed);
    const { vault } = await createVault(other, { token, rentBps: 700n });
    const { made, operator, juniorOwner, stake } = await getVault(other, { vault });
    expect({ made, operator, juniorOwner, rentBps: stake.rentBps }).to.deep.equal({
      made: true,
      operator: market.other.address,
      juniorOwner: market.other.address,
      rentBps: 700n,
    });
    await refused(() => createVault(other, { token, rentBps: 700n }), "FailedDeployment", {});
    const salt = `0x${"11".repeat(32)}` as const;
    expect((await createVault(other, { token, rentBps: 1n, salt })).vault).not.to.equal(vault);
  });

  it("depositToVault takes tokens, and allows them first", async () => {
    const { market, vault, token, other } = await loadFixture(deployed);
    await market.token.connect(market.other).approve(vault, 1n);
    const before = await getBalances(other, { token });
    const { assets, shares } = await depositToVault(other, { vault, assets: 5_000n });
    expect([assets, shares]).to.deep.equal([5_000n, 5_000_000n]);
    const after = await getBalances(other, { token });
    expect([before.wallet - after.wallet, before.claims - after.claims]).to.deep.equal([
      5_000n,
      0n,
    ]);
    expect(await market.token.allowance(market.other, vault)).to.equal(0n);
  });

  it("depositToVault takes claims, and allows them first", async () => {
    const { market, vault, token, other } = await loadFixture(deployed);
    const { ledger, staker } = market;
    await ledger.connect(market.other).approve(vault, BigInt(token), 1n);
    const before = await getBalances(other, { token, module: vault });
    const receiver = asAddress(staker.address);
    const { shares } = await depositToVault(other, {
      vault,
      assets: 5_000n,
      from: "claims",
      receiver,
    });
    const after = await getBalances(other, { token, module: vault });
    expect([before.claims - after.claims, after.allowance]).to.deep.equal([5_000n, 0n]);
    const position = await getVaultPosition(other, { vault, account: receiver });
    expect(position.shares).to.equal(SHARES + shares);
  });

  it("mintVaultShares buys so many shares, and allows what they cost first", async () => {
    const { market, vault, token, other } = await loadFixture(deployed);
    const receiver = asAddress(market.staker.address);
    const before = await getBalances(other, { token });
    const minted = await mintVaultShares(other, { vault, shares: 5_000_001n, receiver });
    expect([minted.assets, minted.shares]).to.deep.equal([5_001n, 5_000_001n]);
    const after = await getBalances(other, { token });
    expect(before.wallet - after.wallet).to.equal(5_001n);
    const position = await getVaultPosition(other, { vault, account: receiver });
    expect(position.shares).to.equal(SHARES + 5_000_001n);
    await windDownVault(clientOf(market, market.operator), { vault });
    await refused(() => mintVaultShares(other, { vault, shares: 1n }), "VaultIsClosed", {});
  });

  it("requestExit, cancelExit, settleWindow and claimExit let a staker leave", async () => {
    const { vault, token, staker, other } = await loadFixture(deployed);
    const { requestId } = await requestExit(staker, { vault, shares: 500_000_000n });
    expect(requestId).to.equal((await currentWindow()) + 1n);
    await cancelExit(staker, { vault, requestId, shares: 100_000_000n });
    const leaving = { vault, requestId, shares: 400_000_000n };
    await refused(() => claimExit(staker, leaving), "ExitsNotSettled", { requestId });

    await goToWindow(requestId + 1n);
    const settled = await settleWindow(other, { vault });
    const { shares, assets, rolled } = settled;
    expect({ requestId: settled.requestId, shares, assets, rolled }).to.deep.equal({
      ...{ requestId, shares: 400_000_000n },
      ...{ assets: 400_000n, rolled: 0n },
    });
    const before = await getBalances(staker, { token });
    const paid = await claimExit(staker, leaving);
    expect([paid.assets, paid.rolled]).to.deep.equal([400_000n, 0n]);
    expect((await getBalances(staker, { token })).claims - before.claims).to.equal(400_000n);
  });

  it("getVaultPosition tells shares, their worth, and requests by window", async () => {
    const { market, vault, staker } = await loadFixture(deployed);
    const { requestId } = await requestExit(staker, { vault, shares: 300_000_000n });
    const request = {
      ...{ requestId, shares: 300_000_000n, rolled: 0n },
      ...{ startsAt: requestId * WINDOW, endsAt: (requestId + 1n) * WINDOW },
    };
    expect(await getVaultPosition(staker, { vault })).to.deep.equal({
      account: market.staker.address,
      shares: 600_000_000n,
      worth: 600_000n,
      requests: [{ ...request, state: "pending", assets: 0n }],
    });
    await goToWindow(requestId + 1n);
    await settleWindow(staker, { vault });
    expect((await getVaultPosition(staker, { vault })).requests).to.deep.equal([
      { ...request, state: "claimable", assets: 300_000n },
    ]);
    await claimExit(staker, { vault, requestId, shares: request.shares });
    expect((await getVaultPosition(staker, { vault })).requests).to.deep.equal([]);
  });

  it("getVaultPosition finds a request that was bought", async () => {
    const { market, vault, staker, other } = await loadFixture(deployed);
    const { requestId } = await requestExit(staker, { vault, shares: 300_000_000n });
    await market.vault
      .connect(market.staker)
      ["transfer(address,uint256,uint256)"](market.other, requestId, 100_000_000n);
    const { shares, requests } = await getVaultPosition(other, { vault });
    expect(shares).to.equal(0n);
    expect(requests.map((request) => [request.requestId, request.shares])).to.deep.equal([
      [requestId, 100_000_000n],
    ]);
  });

  it("withdrawJunior takes out what the vault does not need, at most", async () => {
    const { market, vault, token, operator } = await loadFixture(deployed);
    await openVaultJob(market);
    const { withdrawableJunior } = await getVault(operator, { vault });
    const amount = withdrawableJunior + 1n;
    await refused(() => withdrawJunior(operator, { vault, amount }), "JuniorTooLow", {
      amount,
      withdrawable: withdrawableJunior,
    });
    const before = await getBalances(operator, { token });
    await withdrawJunior(operator, { vault, amount: withdrawableJunior, to: undefined });
    const { claims } = await getBalances(operator, { token });
    expect(claims - before.claims).to.equal(withdrawableJunior);
  });

  it("addJunior and rebalanceVault let more be bonded", async () => {
    const { vault, token, operator, other } = await loadFixture(deployed);
    await addJunior(operator, { vault, token, amount: 50_000n });
    expect((await getVault(other, { vault })).junior).to.equal(JUNIOR + 50_000n);
    const { free } = await rebalanceVault(other, { vault });
    expect(free).to.equal(DEPOSIT + JUNIOR + 50_000n);
  });

  it("transferJunior gives the junior away", async () => {
    const { market, vault, operator, other } = await loadFixture(deployed);
    const to = asAddress(market.other.address);
    await transferJunior(operator, { vault, to });
    await refused(() => withdrawJunior(operator, { vault, amount: 1n }), "JuniorNotOwner", {
      caller: market.operator.address,
      owner: to,
    });
    await withdrawJunior(other, { vault, amount: 1n });
  });

  it("limitJunior limits what carries bonds, and takes the limit away", async () => {
    const { market, vault, operator, other } = await loadFixture(deployed);
    expect((await getVault(other, { vault })).juniorLimit).to.equal(undefined);
    expect((await limitJunior(operator, { vault, most: 40_000n })).free).to.equal(400_000n);
    const limited = await getVault(other, { vault });
    expect([limited.juniorLimit, limited.stake.free]).to.deep.equal([40_000n, 400_000n]);
    await limitJunior(operator, { vault, most: 0n });
    expect((await getVault(other, { vault })).juniorLimit).to.equal(0n);
    expect((await limitJunior(operator, { vault })).free).to.equal(DEPOSIT + JUNIOR);
    expect((await getVault(other, { vault })).juniorLimit).to.equal(undefined);
    await refused(() => limitJunior(other, { vault, most: 0n }), "JuniorNotOwner", {
      caller: market.other.address,
      owner: market.operator.address,
    });
  });

  it("cancelVaultAsks ends asks that the operator signed", async () => {
    const { market, vault, operator, other } = await loadFixture(deployed);
    const asks = { vault, nonces: [3n, 9n, 300n] };
    await refused(() => cancelVaultAsks(other, asks), "VaultNotOperator", {
      caller: market.other.address,
      operator: market.operator.address,
    });
    const receipts = await cancelVaultAsks(operator, asks);
    expect(receipts).to.have.length(2);
    expect(await market.book.nonceBitmap(vault, 0n)).to.equal((1n << 3n) | (1n << 9n));
    expect(await market.book.nonceBitmap(vault, 1n)).to.equal(1n << 44n);
  });

  it("replaceVaultWorker gives a job of the vault another worker", async () => {
    const { market, operator, other } = await loadFixture(deployed);
    const { id } = await openVaultJob(market);
    const job = await getJob(other, { id });
    const worker = asAddress(market.other.address);
    await refused(() => replaceVaultWorker(other, { job, worker }), "VaultNotOperator", {
      caller: market.other.address,
      operator: market.operator.address,
    });
    const replaced = await replaceVaultWorker(operator, { job, worker });
    expect(replaced.job.job.worker).to.equal(worker);
    expect((await getJob(other, { id })).job.worker).to.equal(worker);
  });

  it("announceRent and applyRent change the rate two windows later", async () => {
    const { vault, operator, other } = await loadFixture(deployed);
    const { appliesAt } = await announceRent(operator, { vault, rentBps: 800n });
    expect(appliesAt).to.equal(((await currentWindow()) + 3n) * WINDOW);
    const { announcedRent } = await getVault(other, { vault });
    expect(announcedRent).to.deep.equal({ rentBps: 800n, appliesAt });
    const early = await refused(() => applyRent(other, { vault }), "VaultRentTooEarly", {
      appliesAt,
    });
    expect(early.retryable).to.equal(true);
    await goToWindow((await currentWindow()) + 3n);
    await applyRent(other, { vault });
    const applied = await getVault(other, { vault });
    expect(applied.stake.rentBps).to.equal(800n);
    expect(applied.announcedRent).to.equal(undefined);
  });

  it("windDownVault closes the vault", async () => {
    const { vault, operator, staker } = await loadFixture(deployed);
    await windDownVault(operator, { vault });
    const { closed, stake } = await getVault(operator, { vault });
    expect([closed, stake.free]).to.deep.equal([true, 0n]);
    await refused(
      () => depositToVault(staker, { vault, assets: 5n, from: "claims" }),
      "VaultIsClosed",
      {},
    );
  });

  it("getVault tells what a vault is and has", async () => {
    const { market, vault, token, other, staker } = await loadFixture(deployed);
    const { job } = await openVaultJob(market);
    await requestExit(staker, { vault, shares: 90_000_000n });
    const bond = job.unitBond * job.units;
    const current = await currentWindow();
    const { blockNumber, maxDeposit, ...seen } = await getVault(other, { vault });
    expect(blockNumber).to.be.greaterThan(0);
    expect(maxDeposit).to.equal(await market.vault.maxDeposit(vault));
    const owed = await market.escrow.rentOwed(vault, token);
    const { address: operator } = market.operator;
    expect(seen).to.deep.equal({
      ...{ vault, made: true, token, operator, juniorOwner: operator, decimals: 9 },
      ...{ shares: SHARES, assets: DEPOSIT, sharePrice: 1_000_000n, unvested: owed },
      ...{ junior: JUNIOR - owed, withdrawableJunior: JUNIOR - owed - bond / 10n },
      stake: {
        free: DEPOSIT + JUNIOR - bond,
        locked: bond,
        rentBps: RENT_BPS,
        suspended: false,
        rentOwed: owed,
      },
      ...{ announcedRent: undefined, juniorLimit: undefined },
      windows: {
        ...{ current, nextStartsAt: (current + 1n) * WINDOW },
        ...{ oldest: current + 1n, waitingShares: 90_000_000n },
      },
      ...{ arrears: 0n, owedExits: 0n, unrestoredLoss: 0n, closed: false },
    });
  });

  it("getVault reports INPUT given an address without a contract", async () => {
    const { other, staker } = await loadFixture(deployed);
    const vault = await accountOf(staker);
    await expectError(() => getVault(other, { vault }), "InputError", "INPUT");
  });

  it("refusals carry the contract's error, and a hint", async () => {
    const { market, vault, staker, other } = await loadFixture(deployed);
    const error = await refused(() => windDownVault(staker, { vault }), "VaultNotOperator", {
      caller: market.staker.address,
      operator: market.operator.address,
    });
    expect(error.message).to.contain("call from the account that made the vault");
    await refused(() => settleWindow(other, { vault }), "ExitsNoneWaiting", {});
  });
});
