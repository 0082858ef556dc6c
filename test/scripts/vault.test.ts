import { expect } from "chai";
import { OrderBook__factory } from "../../typechain-types";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runOn, toldOn } from "./support";

interface Told {
  readonly vault: {
    readonly vault: string;
    readonly operator: string;
    readonly juniorOwner: string;
    readonly token: string;
    readonly shares: string;
    readonly junior: string;
    readonly juniorLimit?: string;
    readonly closed: boolean;
    readonly stake: { readonly free: string; readonly rentBps: string };
    readonly windows: { readonly current: string; readonly nextStartsAt: string };
    readonly announcedRent?: { readonly rentBps: string; readonly appliesAt: string };
  };
  readonly position: {
    readonly shares: string;
    readonly requests: readonly { readonly requestId: string; readonly state: string }[];
  };
  readonly transaction: string;
}

/** Test accounts of the chain. */
const [OPERATOR, STAKER] = [7, 8];
/** A whole token, of 6 decimals, and a whole share. */
const [WHOLE, SHARE] = [1_000_000n, 1_000_000_000n];
const WINDOW = 21n * 86_400n;

/*
vault
├── create makes a vault of the account with the deployment's token
├── junior add, deposit and rebalance put money to work
├── deposit takes claims too
├── limit limits what of the junior carries bonds, and takes the limit away, for its owner
├── request and cancel move shares into the next window and back
├── settle and claim pay who left
├── junior withdraw and transfer are for its owner
├── rent announce, by the owner of the junior, and apply change the rate
├── cancel-asks cancels nonces, for the operator alone
├── replace-worker ends with 1 given no such job
├── wind-down closes the vault
├── show tells it in lines
├── report tells the totals of a range of blocks
├── everything ends with 1 and ARGUMENT given an address at which the factory made no vault
└── settle ends with 1 and the contract's error given nothing to settle
*/
describe("vault", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let address: string;
  let staker: string;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    const { token } = stage.book.contracts;
    for (const account of [OPERATOR, STAKER]) {
      const holder = await (await stage.provider.getSigner(account)).getAddress();
      await stage.provider.send("anvil_dealERC20", [holder, token, "0x3b9aca00"]);
      await toldOn(stage, "balance", "deposit", "100", "--account", account);
    }
    staker = await (await stage.provider.getSigner(STAKER)).getAddress();
  });
  after(() => stage.provider.send("evm_revert", [snapshot]));

  const vault = async (account: number, ...args: readonly unknown[]): Promise<Told> =>
    JSON.parse(await toldOn(stage, "vault", ...args, "--account", account, "--json")) as Told;

  const goTo = async (timestamp: bigint) => {
    await stage.provider.send("anvil_setNextBlockTimestamp", [Number(timestamp)]);
    await stage.provider.send("anvil_mine", []);
  };

  it("create makes a vault of the account with the deployment's token", async () => {
    const told = await vault(OPERATOR, "create", "--rent-bps", "500", "--salt", "3");
    address = told.vault.vault;
    expect(told.vault.token).to.equal(stage.book.contracts.token);
    expect(told.vault.operator).to.equal(told.vault.juniorOwner);
    expect(told.vault.stake.rentBps).to.equal("500");
  });

  it("junior add, deposit and rebalance put money to work", async () => {
    expect((await vault(OPERATOR, "junior", "add", address, "10")).vault.junior).to.equal(
      String(10n * WHOLE),
    );
    const { position } = await vault(STAKER, "deposit", address, "80");
    expect(position.shares).to.equal(String(80n * SHARE));
    const { vault: after, transaction } = await vault(STAKER, "rebalance", address);
    expect(after.stake.free).to.equal(String(90n * WHOLE));
    expect(transaction).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("deposit takes claims too", async () => {
    const told = await vault(STAKER, "deposit", address, "1.5", "--claims");
    expect(told.position.shares).to.equal(String((163n * SHARE) / 2n));
  });

  it("limit limits what of the junior carries bonds, and takes the limit away, for its owner", async () => {
    const limited = (await vault(OPERATOR, "limit", address, "2.5")).vault;
    expect(limited).to.deep.include({ juniorLimit: String((5n * WHOLE) / 2n) });
    expect(limited.stake.free).to.equal(String(25n * WHOLE));
    const lines = await toldOn(stage, "vault", "show", address);
    expect(lines).to.match(/^bonds lean on +2\.5 \w+ of it at most$/m);
    const { code, stderr } = await runOn(stage, "vault", "limit", address, "--account", STAKER);
    expect(stderr).to.include("error REVERT: JuniorNotOwner(");
    expect(code).to.equal(1);
    const freed = (await vault(OPERATOR, "limit", address)).vault;
    expect(freed.juniorLimit).to.equal(undefined);
    expect(freed.stake.free).to.equal(String((183n * WHOLE) / 2n));
  });

  it("request and cancel move shares into the next window and back", async () => {
    const asked = await vault(STAKER, "request", address, "30");
    const [{ requestId, state }] = asked.position.requests;
    expect(state).to.equal("pending");
    expect(BigInt(requestId)).to.equal(BigInt(asked.vault.windows.current) + 1n);
    const some = await vault(STAKER, "cancel", address, requestId, "10");
    expect(some.position.shares).to.equal(String((123n * SHARE) / 2n));
    const none = await vault(STAKER, "cancel", address, requestId);
    expect(none.position.requests).to.deep.equal([]);
  });

  it("settle and claim pay who left", async () => {
    const asked = await vault(STAKER, "request", address);
    const [{ requestId }] = asked.position.requests;
    const early = await runOn(stage, "vault", "settle", address, "--account", STAKER);
    expect(early.code).to.equal(3);
    expect(early.stderr).to.include("error REVERT: ExitsNotEnded(");
    await goTo((BigInt(requestId) + 1n) * WINDOW);
    const settled = await vault(OPERATOR, "settle", address);
    expect(settled.vault.shares).to.equal("0");
    const lines = await toldOn(stage, "vault", "show", address, "--of", staker);
    expect(lines).to.match(/^window \d+: 81\.5 \w+, to be claimed for 81\.5 \w+$/m);
    const claimed = await vault(STAKER, "claim", address, requestId);
    expect(claimed.position.requests).to.deep.equal([]);
  });

  it("junior withdraw and transfer are for its owner", async () => {
    const told = await vault(OPERATOR, "junior", "withdraw", address, "2.5", "--to", staker);
    expect(told.vault.junior).to.equal(String((15n * WHOLE) / 2n));
    expect((await vault(OPERATOR, "junior", "transfer", address, staker)).vault).to.include({
      juniorOwner: staker,
    });
    const args = ["junior", "withdraw", address, "1", "--account", OPERATOR];
    const { code, stderr } = await runOn(stage, "vault", ...args);
    expect(code).to.equal(1);
    expect(stderr).to.include("error REVERT: JuniorNotOwner(");
  });

  it("rent announce, by the owner of the junior, and apply change the rate", async () => {
    const told = await vault(STAKER, "rent", "announce", address, "800");
    expect(told.vault.announcedRent?.rentBps).to.equal("800");
    await goTo(BigInt(told.vault.announcedRent?.appliesAt ?? 0));
    expect((await vault(STAKER, "rent", "apply", address)).vault.stake.rentBps).to.equal("800");
  });

  it("cancel-asks cancels nonces, for the operator alone", async () => {
    const args = ["cancel-asks", address, "5", "300"];
    const { code, stderr } = await runOn(stage, "vault", ...args, "--account", STAKER);
    expect(code).to.equal(1);
    expect(stderr).to.include("error REVERT: VaultNotOperator(");
    const { transaction } = await vault(OPERATOR, ...args);
    expect(transaction).to.match(/^0x[0-9a-f]{64}$/);
    const { orderBook } = stage.book.contracts;
    const book = OrderBook__factory.connect(orderBook, stage.provider);
    expect(await book.nonceBitmap(address, 0n)).to.equal(1n << 5n);
    expect(await book.nonceBitmap(address, 1n)).to.equal(1n << 44n);
  });

  it("replace-worker ends with 1 given no such job", async () => {
    const args = ["replace-worker", address, "9", staker, "--account", OPERATOR];
    const { code, stderr } = await runOn(stage, "vault", ...args);
    expect(code).to.equal(1);
    expect(stderr).to.include("error JOB_UNKNOWN: job 9 was not opened");
  });

  it("wind-down closes the vault", async () => {
    const { vault: after } = await vault(OPERATOR, "wind-down", address);
    expect([after.closed, after.stake.free]).to.deep.equal([true, "0"]);
  });

  it("show tells it in lines", async () => {
    const lines = await toldOn(stage, "vault", "show", address);
    expect(lines).to.match(/^state +closed: no deposits, no jobs$/m);
    expect(lines).to.match(/^rent +8 % a year$/m);
  });

  it("report tells the totals of a range of blocks", async () => {
    const lines = await toldOn(stage, "vault", "report", address, "--from-block", "1");
    expect(lines).to.match(/^losses +0\.0 \w+, 0\.0 \w+ of it stakers'$/m);
    expect(lines).to.match(/^a share +1\.0 \w+ at first, 1\.0 \w+ at last$/m);
  });

  it("everything ends with 1 and ARGUMENT given an address at which the factory made no vault", async () => {
    const { token } = stage.book.contracts;
    for (const args of [
      ["show", staker],
      ["report", token],
      ["junior", "add", token, "1", "--account", OPERATOR],
      ["deposit", token, "1", "--account", STAKER],
      ["rebalance", staker, "--account", STAKER],
    ]) {
      const { code, stderr } = await runOn(stage, "vault", ...args);
      expect(stderr).to.include("error ARGUMENT: the deployment's factory made no vault at 0x");
      expect(code).to.equal(1);
    }
  });

  it("settle ends with 1 and the contract's error given nothing to settle", async () => {
    const { code, stderr } = await runOn(stage, "vault", "settle", address, "--account", STAKER);
    expect(code).to.equal(1);
    expect(stderr).to.include("error REVERT: ExitsNoneWaiting(");
  });
});
