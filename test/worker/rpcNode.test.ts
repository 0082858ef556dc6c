import { expect } from "chai";
import { Wallet } from "ethers";
import type { JsonRpcProvider } from "ethers";
import { expectError } from "./support/rejection";
import { RpcNode, connect } from "../../worker/src/chain/rpcNode";
import type { UnsignedTransaction } from "../../worker/src/chain/node";
import { startChain } from "../../scripts/demo/chain";
import { Helpers, freePort } from "../../scripts/demo/processes";
import type { Hex } from "../../tensor/src/index";

// the first account of anvil, which has funds
const FUNDED = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const REVERTING: Hex = "0x00000000000000000000000000000000000000aa";
const ECHOING: Hex = "0x00000000000000000000000000000000000000bb";

describe("worker RpcNode", () => {
  const helpers = new Helpers();
  let provider: JsonRpcProvider;
  let node: RpcNode;

  before(async () => {
    const chain = await startChain(helpers, "--no-mining");
    chain.provider.destroy();
    provider = await connect(chain.rpc);
    // stores the word 0xdead and reverts with these two bytes
    await provider.send("anvil_setCode", [REVERTING, "0x61dead5f526002601efd"]);
    await provider.send("anvil_setCode", [ECHOING, "0x00"]);
  });
  after(async () => {
    await helpers.stop();
    provider.destroy();
  });
  beforeEach(() => {
    node = nodeOf(new Wallet(FUNDED));
  });

  function nodeOf(wallet: Wallet): RpcNode {
    return new RpcNode(provider, wallet, 31337n, (data) => `decoded ${data}`);
  }

  async function transaction(
    change: Partial<UnsignedTransaction> = {},
  ): Promise<UnsignedTransaction> {
    const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n };
    const nonce = await node.nonce("latest");
    return { to: ECHOING, data: "0x", gasLimit: 30_000n, nonce, ...fees, ...change };
  }

  async function send(content: UnsignedTransaction, from = node): Promise<Hex> {
    const { raw, hash } = await from.sign(content);
    await from.broadcast(raw);
    return hash;
  }

  async function mine(): Promise<void> {
    await provider.send("evm_mine", []);
  }

  it("reads blocks, and undefined beyond the head", async () => {
    const head = await node.head();
    expect(await node.block(head.number)).to.deep.equal(head);
    expect(await node.block(head.number + 1)).to.equal(undefined);
  });

  it("sends, finds the receipt, and counts nonces as of a block", async () => {
    const before = await node.head();
    const hash = await send(await transaction());
    expect(await node.receipt(hash)).to.equal(undefined);
    await mine();
    const receipt = await node.receipt(hash);
    expect(receipt?.success).to.equal(true);
    expect(receipt?.block).to.equal(before.number + 1);
    expect(receipt?.cost).to.be.greaterThan(0);
    const [old, now] = [await node.nonce(before.number), await node.nonce("latest")];
    expect(now).to.equal(old + 1);
  });

  it("signs the same bytes for the same transaction", async () => {
    const content = await transaction();
    expect(await node.sign(content)).to.deep.equal(await node.sign(content));
  });

  it("tells a reverted receipt from a successful one", async () => {
    const hash = await send(await transaction({ to: REVERTING, gasLimit: 60_000n }));
    await mine();
    expect((await node.receipt(hash))?.success).to.equal(false);
  });

  it("throws REVERT with the decoded reason, at pending and at latest", async () => {
    for (const at of ["pending", "latest"] as const) {
      const estimate = (): Promise<bigint> => node.estimateGas({ to: REVERTING, data: "0x" }, at);
      const { message, retryable } = await expectError(estimate, "ChainError", "REVERT");
      expect([message, retryable]).to.deep.equal(["decoded 0xdead", false]);
    }
    const gas = await node.estimateGas({ to: ECHOING, data: "0x" }, "pending");
    expect(gas).to.be.within(21_000n, 21_100n);
  });

  it("throws ALREADY_KNOWN for bytes that wait, UNDERPRICED for a rival", async () => {
    const content = await transaction();
    await send(content);
    await expectError(() => send(content), "ChainError", "ALREADY_KNOWN");
    const rival = { ...content, gasLimit: 40_000n };
    await expectError(() => send(rival), "ChainError", "UNDERPRICED");
    const higher = { maxFeePerGas: 2n * 10n ** 10n, maxPriorityFeePerGas: 2n * 10n ** 9n };
    const hash = await send({ ...rival, ...higher });
    await mine();
    expect((await node.receipt(hash))?.success).to.equal(true);
  });

  it("throws NONCE_TOO_LOW for a used nonce", async () => {
    const content = await transaction();
    const nonce = content.nonce - 1;
    await expectError(() => send({ ...content, nonce }), "ChainError", "NONCE_TOO_LOW");
  });

  it("throws FUNDS for an account that cannot pay", async () => {
    const poor = nodeOf(new Wallet(`0x${"11".repeat(32)}`));
    const content = { ...(await transaction()), nonce: 0 };
    const { retryable } = await expectError(() => send(content, poor), "ChainError", "FUNDS");
    expect(retryable).to.equal(true);
  });

  it("suggests fees", async () => {
    const { baseFee, tip } = await node.fees();
    expect(baseFee).to.be.greaterThan(0n);
    expect(tip).to.be.greaterThan(0n);
  });

  it("throws RPC when nothing answers", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { message } = await expectError(() => connect(url), "ChainError", "RPC");
    expect(message).to.contain("no answer from the node at 127.0.0.1");
  });
});
