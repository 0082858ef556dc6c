import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { network } from "hardhat";
import type { Eip1193Provider } from "ethers";

import {
  accountOf,
  allowModule,
  approveJob,
  asAddress,
  createWalletClient,
  deliverJob,
  deposit,
  fillJob,
  getBalances,
  getJob,
  makeAsk,
  makeBid,
  quote,
  receiptOf,
  settleJob,
  signApproval,
  signBid,
  withdraw,
} from "../../sdk/src/index";
import { OUTPUT_ROOT, useMarket } from "../shared/jobs";
import { MODEL_ID, bidOf } from "../shared/market";
import { expectError } from "../worker/support/rejection";
import type { ErgonClient } from "../../sdk/src/index";

const DEPOSIT = 1_000_000n;
const PRICE = 40_000n;
const FEE = 1_000n;

type Request = Parameters<Eip1193Provider["request"]>[0];

/** A wallet with one account, of which it tells once it was asked; its user declines the methods named. */
function walletOf(account: string, ...declined: string[]): Eip1193Provider {
  let accounts: string[] = [];
  return {
    request: async ({ method, params = [] }: Request) => {
      if (declined.includes(method)) {
        throw Object.assign(new Error("User rejected the request."), { code: 4001 });
      }
      if (method === "eth_requestAccounts") accounts = [account];
      if (["eth_accounts", "eth_requestAccounts"].includes(method)) return accounts;
      return network.provider.request({ method, params: params as unknown[] });
    },
  };
}

/*
createWalletClient
├── it acts for the account of the wallet
├── it takes both sides through a whole job, from the deposit to the withdrawal
└── given the user declines: it throws REJECTED
   ├── for the account
   ├── for a signature
   └── for a transaction
*/
describe("createWalletClient", () => {
  const the = useMarket();

  const clientOf = (wallet: Eip1193Provider): Promise<ErgonClient> =>
    createWalletClient(wallet, { addresses: the().addresses });

  it("acts for the account of the wallet", async () => {
    const { stranger } = the();
    expect(await accountOf(await clientOf(walletOf(stranger.address)))).to.equal(stranger.address);
  });

  it("takes both sides through a whole job, from the deposit to the withdrawal", async () => {
    const { token: coin, tokenAddress: token, stranger, delegate, verifier } = the();
    const client = await clientOf(walletOf(stranger.address));
    const provider = await clientOf(walletOf(delegate.address));
    for (const side of [client, provider]) {
      await coin.mint(await accountOf(side), DEPOSIT);
      const { claims } = await deposit(side, { token, amount: DEPOSIT });
      expect(claims).to.equal(DEPOSIT);
      await allowModule(side, { token, amount: DEPOSIT });
    }
    const now = BigInt(await time.latest());
    const terms = { modelId: MODEL_ID, token, verifier: asAddress(verifier.address), now };
    const bid = makeBid({
      ...terms,
      client: await accountOf(client),
      inputRoot: OUTPUT_ROOT,
      units: 4n,
      maxUnitPrice: PRICE / 4n,
      minUnitBond: 0n,
    });
    const ask = makeAsk({
      ...terms,
      provider: await accountOf(provider),
      unitPrice: PRICE / 4n,
      unitBond: PRICE,
      maxUnits: 4n,
      nonce: 0n,
    });
    const orders = { ask, bid, bidSignature: await signBid(client, bid) };
    expect((await quote(provider, orders)).problems).to.deep.equal([]);
    const { job: open } = await fillJob(provider, orders);
    const { job: delivered } = await deliverJob(provider, { job: open, outputRoot: OUTPUT_ROOT });
    const approval = await signApproval(client, {
      id: open.id,
      outputRoot: OUTPUT_ROOT,
      units: 4n,
    });
    const { job: approved } = await approveJob(provider, { job: delivered, approval });
    await time.increase(21_601);
    const { job: settled } = await settleJob(client, { job: approved });
    expect(await getJob(client, { id: open.id })).to.deep.equal(settled);
    expect(receiptOf(settled).paid).to.equal(PRICE);
    const [spent, earned] = await Promise.all([
      getBalances(client, { token }),
      getBalances(provider, { token }),
    ]);
    expect([spent.claims, earned.claims]).to.deep.equal([DEPOSIT - PRICE, DEPOSIT + PRICE - FEE]);
    await withdraw(provider, { token, amount: earned.claims });
    expect(await coin.balanceOf(delegate)).to.equal(DEPOSIT + PRICE - FEE);
  });

  context("given the user declines", () => {
    it("throws REJECTED for the account", async () => {
      const wallet = walletOf(the().stranger.address, "eth_requestAccounts");
      await expectError(() => clientOf(wallet), "ErgonError", "REJECTED");
    });

    it("throws REJECTED for a signature", async () => {
      const client = await clientOf(walletOf(the().client.address, "eth_signTypedData_v4"));
      const bid = bidOf(the(), { nonce: 1n });
      await expectError(() => signBid(client, bid), "ErgonError", "REJECTED");
    });

    it("throws REJECTED for a transaction", async () => {
      const client = await clientOf(walletOf(the().client.address, "eth_sendTransaction"));
      const call = () => allowModule(client, { token: the().tokenAddress });
      await expectError(call, "ErgonError", "REJECTED");
    });
  });
});
