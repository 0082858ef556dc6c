import { time } from "@nomicfoundation/hardhat-network-helpers";
import { id as hashOf } from "ethers";
import type { TransactionReceipt } from "ethers";

import { asAddress, asHex, packJob } from "../../sdk/src/index";
import type { Ask, Bid, PackedJob } from "../../sdk/src/index";
import { readEscrow } from "../shared/escrowState";
import { WINDOWS, signApproval } from "../shared/jobs";
import { askOf, bidOf, deployMarket, plainOf, registerTestGpu, signBid } from "../shared/market";
import type { Market } from "../shared/market";
import { measureData } from "./data";
import { measureAccess } from "./access";
import { measureDisputes } from "./disputes";
import { measureLoan } from "./loans";
import { each, gasOf, measure, sum } from "./measure";
import type { Gas } from "./measure";
import { registerModel } from "./modelRegister";
import { measureVault, openVault } from "./vaults";
import { measureVotes } from "./votes";

const BATCH = 32;
const UNITS = 100n;

interface Orders {
  readonly ask: Ask;
  readonly askSignature: string;
  readonly bid: Bid;
  readonly bidSignature: string;
}

/** A market in use: every account, balance, nonce word and book entry was written before. */
type WarmMarket = Market & { readonly nextNonce: () => bigint };

interface JobRef {
  readonly id: bigint;
  readonly job: PackedJob;
}

/** Measures every piece of work, in the order of the bars. */
export async function measureAll(): Promise<Map<string, Gas>> {
  const market = await warmMarket();
  const { fill, deliver, settle } = await batch(market);
  return new Map([
    ["job.single", await single(market)],
    ["job.approved", await approved(market)],
    ["job.batch32", each(sum(fill, deliver, settle), BigInt(BATCH))],
    ["settle.batch32", each(settle, BigInt(BATCH))],
    ["job.fulfil", await fulfil(market)],
    ["job.vaultExtra", await vaultExtra(market)],
    ["ledger.deposit", await deposit(market)],
    ["ledger.withdraw", await withdraw(market)],
    ...(await measureVault(await deployMarket())),
    ...(await measureLoan()),
    ...(await measureVotes()),
    ...(await measureData()),
    ...(await measureAccess()),
    ["model.register", await modelRegister()],
    ...(await measureDisputes()),
  ]);
}

/** A job is filled, delivered and settled before, and another stays open. */
async function warmMarket(): Promise<WarmMarket> {
  let nonce = 0n;
  const market = { ...(await deployMarket()), nextNonce: () => ++nonce };
  await fill(market);
  await single(market);
  return market;
}

/** The provider fills its own ask with a bid that the client signed. */
async function orders(market: WarmMarket, changes: Partial<Bid & Ask> = {}): Promise<Orders> {
  const { verifier, units = UNITS, ...asked } = changes;
  const named = verifier === undefined ? {} : { verifier };
  const ask = askOf(market, { maxUnits: UNITS, ...named, ...asked });
  const bid = bidOf(market, {
    ...named,
    provider: ask.provider,
    units,
    nonce: market.nextNonce(),
    inputRoot: asHex(hashOf(`inputs ${units}`)),
  });
  return { ask, askSignature: "0x", bid, bidSignature: await signBid(market, bid) };
}

async function fill(market: WarmMarket): Promise<Gas & { ref: JobRef }> {
  const { ask, askSignature, bid, bidSignature } = await orders(market);
  const gas = await measure(
    market.escrow.connect(market.provider).fill(ask, askSignature, bid, bidSignature),
  );
  return { ...gas, ref: (await live(market, gas.receipt))[0] };
}

function single(market: WarmMarket): Promise<Gas> {
  return toSettlement(market, fill);
}

/** What a job costs more than the usual one when a vault provides it. */
async function vaultExtra(market: WarmMarket): Promise<Gas> {
  const usual = await single(market);
  const { vault } = await openVault(market);
  const provider = asAddress(await vault.getAddress());
  const gpuId = await registerTestGpu(market, market.delegate, "vault");
  await market.gpuRegistry.connect(market.delegate).setOperator(gpuId, vault);
  const fillFromVault = () => fillOnStake(market, { provider, gpuId, unitBond: 100_000n });
  await toSettlement(market, fillFromVault);
  await fillFromVault();
  const job = await toSettlement(market, fillFromVault);
  return { used: job.used - usual.used, floored: job.floored - usual.floored };
}

/** The delegate fills an ask on the stake of its provider. */
async function fillOnStake(
  market: WarmMarket,
  changes: Partial<Ask>,
): Promise<Gas & { ref: JobRef }> {
  const { ask, askSignature, bid, bidSignature } = await orders(market, changes);
  const gas = await measure(
    market.escrow.connect(market.delegate).fill(ask, askSignature, bid, bidSignature),
  );
  return { ...gas, ref: (await live(market, gas.receipt))[0] };
}

/** A job from its fill, by `begin`, to its settlement by a stranger. */
async function toSettlement(market: WarmMarket, begin: typeof fill): Promise<Gas> {
  const { ref, ...filled } = await begin(market);
  const delivered = await measure(
    market.escrow.connect(market.worker).deliver(ref.id, ref.job, root(ref), UNITS, "0x"),
  );
  const [{ id, job }] = await live(market, delivered.receipt);
  await time.increase(WINDOWS[1] + 1n);
  const settled = await measure(market.escrow.connect(market.stranger).settle(id, job));
  return sum(filled, delivered, settled);
}

async function approved(market: WarmMarket): Promise<Gas> {
  const { ref, ...filled } = await fill(market);
  const outputRoot = asHex(root(ref));
  const approval = await signApproval(market, ref.id, { units: UNITS, root: outputRoot });
  const delivered = await measure(
    market.escrow.connect(market.worker).deliver(ref.id, ref.job, outputRoot, UNITS, approval),
  );
  return sum(filled, delivered);
}

async function batch(market: WarmMarket): Promise<Record<"fill" | "deliver" | "settle", Gas>> {
  const { escrow, provider, worker, stranger } = market;
  const fills = [];
  for (let i = 0; i < BATCH; i++) fills.push(await orders(market));
  const filled = await measure(escrow.connect(provider).fillBatch(fills));

  const calls = (await live(market, filled.receipt)).map(({ id, job }) =>
    escrow.interface.encodeFunctionData("deliver", [id, job, root({ id, job }), UNITS, "0x"]),
  );
  const delivered = await measure(escrow.connect(worker).batch(calls));

  const settlements = await live(market, delivered.receipt);
  if (settlements.length !== BATCH) throw new Error(`${settlements.length} jobs were delivered`);
  await time.increase(WINDOWS[1] + 1n);
  const settled = await measure(escrow.connect(stranger).settleBatch(settlements));
  const { ended } = await readEscrow(market);
  if (!settlements.every(({ id }) => ended.has(id))) throw new Error("a job was not settled");
  return { fill: filled, deliver: delivered, settle: settled };
}

async function fulfil(market: WarmMarket): Promise<Gas> {
  const { verifier } = plainOf(market);
  const { ask, askSignature, bid, bidSignature } = await orders(market, { verifier });
  const self = { ...ask, worker: ask.provider };
  return measure(
    market.escrow
      .connect(market.provider)
      .fulfil(self, askSignature, bid, bidSignature, asHex(hashOf("outputs")), "0x"),
  );
}

async function deposit({ ledger, token, client }: WarmMarket): Promise<Gas> {
  await token.mint(client, 10n ** 12n);
  await token.connect(client).approve(ledger, 2n ** 256n - 1n);
  return measure(ledger.connect(client).deposit(token, 10n ** 9n, client));
}

async function withdraw({ ledger, token, client }: WarmMarket): Promise<Gas> {
  return measure(ledger.connect(client).withdraw(token, 10n ** 8n, client));
}

async function modelRegister(): Promise<Gas> {
  const { receipt, nodes } = await registerModel();
  return each(await gasOf(receipt), BigInt(nodes));
}

/** The jobs that a transaction told of, in their present state. */
async function live(market: Market, receipt: TransactionReceipt): Promise<JobRef[]> {
  const state = await readEscrow(market);
  const events = receipt.logs.map((log) => market.escrow.interface.parseLog(log));
  const named = events.filter((event) => /^Job(Opened|Delivered)$/.test(event?.name ?? ""));
  const ids = new Set(named.map((event) => event?.args.id as bigint));
  return [...ids].map((id) => {
    const found = state.live.get(id);
    if (found === undefined) throw new Error(`job ${id} is not live`);
    return { id, job: packJob(found.job) };
  });
}

function root({ id }: JobRef): string {
  return hashOf(`outputs ${id}`);
}
