import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet, toBeHex } from "ethers";
import { passTime } from "../../scripts/demo/chain";
import {
  LoanStatus,
  ZERO_ADDRESS,
  addJunior,
  asAddress,
  createErgonClient,
  createVault,
  getBalances,
  registerGpu,
  setGpuOperator,
} from "../../sdk/src/index";
import type { Address, SignedAttestation } from "../../sdk/src/index";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runOn, toldOn } from "./support";

interface Told {
  readonly id: string;
  readonly status: number;
  readonly borrower: string;
  readonly committed: string;
  readonly debt: string;
  readonly due: string;
  readonly paid: string;
  readonly lenders: readonly {
    readonly lender: string;
    readonly commitment: string;
    readonly received: string;
    readonly claimable: string;
  }[];
  readonly auctions: readonly { readonly gpuId: string; readonly price: string }[];
}

/** Test accounts of the chain. */
const [BORROWER, LENDER, CUSTODIAN, BUYER] = [7, 8, 9, 6];
/** A whole token, of 6 decimals. */
const WHOLE = 1_000_000n;
/** Seconds of a period and the grace after it. */
const LATE = (365n * 86_400n) / 12n + 15n * 86_400n;

/*
loan
├── bond post and withdraw move what a custodian stands for, but not what it lacks
├── request pays in the reserve and pledges the GPU, for the owner of the junior
├── request pledges nothing that is refused, and refuses a GPU that works for another account
├── cancel gives a request up, as its borrower
├── fund and unfund move commitments, never more than the loan lacks
├── attest signs what a GPU is worth that is registered
├── draw pays the borrower, on the attestations of the request's GPUs
├── collect takes what is due out of the vault, while a loan is owed
├── release pays the borrower what is left, at most
├── repay pays off so much, and claim pays a lender its share
├── release-gpu ends the pledge once the loan is closed, for the GPU's owner
├── default declares what is late, and not before
├── release-custodian waits until 60 days after a default
├── buy takes a GPU of a loan in default, at most at the highest price
├── show tells it in lines, and ends with 1 given no such loan
└── wrong usage ends with 2
*/
describe("loan", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let folder: string;
  let vault: Address;
  let gpuId: bigint;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    folder = await mkdtemp(join(tmpdir(), "ergon-loans-"));
    const { token } = stage.book.contracts;
    for (const account of [BORROWER, LENDER, CUSTODIAN, BUYER]) {
      const holder = (await clientOf(account)).account;
      await stage.provider.send("anvil_dealERC20", [holder, token, "0x3b9aca00"]);
      await toldOn(stage, "balance", "deposit", "300", "--account", account);
    }
    const { client } = await clientOf(BORROWER);
    ({ vault } = await createVault(client, { token, rentBps: 500n }));
    await addJunior(client, { vault, token, amount: 10n * WHOLE });
    const gpu = { hardwareClass: "h100", memoryMiB: 81_559n, uri: "https://gpu.example/1" };
    ({ gpuId } = await registerGpu(client, { device: Wallet.createRandom(), ...gpu }));
    await setGpuOperator(client, { gpuId, operator: vault });
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await stage.provider.send("evm_revert", [snapshot]);
  });

  async function clientOf(account: number) {
    const runner = await stage.provider.getSigner(account);
    const { contracts: addresses, fromBlock } = stage.book;
    const client = createErgonClient({ runner, addresses, fromBlock });
    return { client, account: asAddress(runner.address) };
  }

  /** What a subcommand tells of a loan. */
  const tell = async (...args: readonly unknown[]): Promise<Told> => {
    const told = await toldOn(stage, "loan", ...args, "--json");
    return (JSON.parse(told) as { loan: Told }).loan;
  };

  const loan = (account: number, ...args: readonly unknown[]): Promise<Told> =>
    tell(...args, "--account", account);

  /** Expects a subcommand to end with `code` and an error that begins with `error`. */
  const refuses = async (code: number, error: string, account: number, ...args: unknown[]) => {
    const ending = await runOn(stage, "loan", ...args, "--account", account);
    expect(ending.stderr).to.include(`error ${error}`);
    expect(ending.code).to.equal(code);
  };

  const request = (...more: unknown[]) => [
    ...["request", vault, "50", "--reserve", "12.5", "--rate-bps", "1000", "--payments", "12"],
    ...more,
  ];

  /** The usual request of the borrower, on its GPU. */
  async function requested(): Promise<Told> {
    const { account } = await clientOf(CUSTODIAN);
    return loan(BORROWER, ...request("--custodian", account, "--gpu", gpuId));
  }

  /** The file of what the custodian signs of the GPU now. */
  async function attested(): Promise<string> {
    const file = join(folder, "attestation.json");
    await writeFile(
      file,
      await toldOn(stage, "loan", "attest", gpuId, "100", "--account", CUSTODIAN),
    );
    return file;
  }

  async function claimsOf(account: number): Promise<bigint> {
    const { client } = await clientOf(account);
    return (await getBalances(client, { token: stage.book.contracts.token })).claims;
  }

  it("bond post and withdraw move what a custodian stands for, but not what it lacks", async () => {
    const bond = async (...args: string[]): Promise<unknown> =>
      JSON.parse(await toldOn(stage, "loan", "bond", ...args, "--account", CUSTODIAN, "--json"));
    expect(await bond("post", "30")).to.include({ free: String(30n * WHOLE), locked: "0" });
    expect(await bond("withdraw", "10")).to.include({ free: String(20n * WHOLE), locked: "0" });
    await refuses(1, "REVERT: CustodiansBondTooLow(", CUSTODIAN, "bond", "withdraw", "20.1");
    await refuses(3, "REVERT: ERC6909InsufficientBalance(", CUSTODIAN, "bond", "post", "1000");
  });

  it("request pays in the reserve and pledges the GPU, for the owner of the junior", async () => {
    await refuses(1, "REVERT: LoanBookNotJuniorOwner(", LENDER, ...request());
    const { account: nowhere } = await clientOf(LENDER);
    const terms = request().slice(2);
    await refuses(1, "ARGUMENT: the deployment's", BORROWER, "request", nowhere, ...terms);
    const before = await claimsOf(BORROWER);
    const told = await requested();
    const { account } = await clientOf(BORROWER);
    expect(told).to.include({ id: "1", status: LoanStatus.Requested, borrower: account });
    expect(before - (await claimsOf(BORROWER))).to.equal((25n * WHOLE) / 2n);
    const { client } = await clientOf(BORROWER);
    expect(await client.gpuRegistry.pledgeeOf(gpuId)).to.equal(stage.book.contracts.loanBook);
    await refuses(1, "REVERT: LoanBookVaultTaken(", BORROWER, ...request());
  });

  it("request pledges nothing that is refused, and refuses a GPU that works for another account", async () => {
    const { client } = await clientOf(BORROWER);
    const gpu = { hardwareClass: "h100", memoryMiB: 81_559n, uri: "https://gpu.example/2" };
    const { gpuId: other } = await registerGpu(client, { device: Wallet.createRandom(), ...gpu });
    const error = `ARGUMENT: GPU ${toBeHex(other, 20)} `;
    await refuses(1, `${error}works for `, BORROWER, ...request("--gpu", other));
    await refuses(1, `${error}is not the account's`, LENDER, ...request("--gpu", other));
    await setGpuOperator(client, { gpuId: other, operator: vault });
    await refuses(1, "REVERT: LoanBookVaultTaken(", BORROWER, ...request("--gpu", other));
    expect(await client.gpuRegistry.pledgeeOf(other)).to.equal(ZERO_ADDRESS);
  });

  it("cancel gives a request up, as its borrower", async () => {
    await refuses(1, "REVERT: LoanBookNotBorrower(", LENDER, "cancel", 1);
    expect(await loan(BORROWER, "cancel", 1)).to.include({ status: LoanStatus.Cancelled });
    await refuses(1, "REVERT: LoansWrongStatus(", BORROWER, "cancel", 1);
  });

  it("fund and unfund move commitments, never more than the loan lacks", async () => {
    expect(await requested()).to.include({ id: "2", committed: "0" });
    expect((await loan(LENDER, "fund", 2, "20")).committed).to.equal(String(20n * WHOLE));
    expect((await loan(LENDER, "unfund", 2, "0.5")).committed).to.equal(String((39n * WHOLE) / 2n));
    await refuses(1, "REVERT: LendersTooMuch(", LENDER, "unfund", 2, "19.6");
    await refuses(3, "REVERT: LoanBookNotFunded(", BORROWER, "draw", 2);
    expect((await loan(LENDER, "fund", 2, "60")).committed).to.equal(String(50n * WHOLE));
    await refuses(1, "REVERT: LendersNothingTaken(", LENDER, "fund", 2, "1");
  });

  it("attest signs what a GPU is worth that is registered", async () => {
    const told = await toldOn(
      stage,
      "loan",
      "attest",
      toBeHex(gpuId),
      "100",
      "--account",
      CUSTODIAN,
    );
    const { attestation, signature } = JSON.parse(told) as SignedAttestation;
    expect(attestation).to.include({ gpuId: String(gpuId), value: String(100n * WHOLE) });
    expect(signature).to.match(/^0x[0-9a-f]{130}$/);
    await refuses(1, "ARGUMENT", CUSTODIAN, "attest", gpuId, "0.0000001");
    await refuses(1, "REVERT: ERC721NonexistentToken(", CUSTODIAN, "attest", "77", "100");
  });

  it("draw pays the borrower, on the attestations of the request's GPUs", async () => {
    await refuses(1, "REVERT: LoanBookGpusMismatch(", BORROWER, "draw", 2);
    await refuses(1, "FILE: package.json is no attestation", BORROWER, "draw", 2, "package.json");
    const before = await claimsOf(BORROWER);
    const told = await loan(BORROWER, "draw", 2, await attested());
    expect(told).to.include({ status: LoanStatus.Active, debt: String(50n * WHOLE) });
    expect((await claimsOf(BORROWER)) - before).to.equal(50n * WHOLE);
  });

  it("collect takes what is due out of the vault, while a loan is owed", async () => {
    expect((await loan(LENDER, "collect", 2)).paid).to.equal("0");
    await toldOn(stage, "vault", "junior", "add", vault, "20", "--account", BORROWER);
    const { due } = await tell("show", 2);
    expect(await loan(LENDER, "collect", 2)).to.include({ paid: due, due: "0" });
    await refuses(1, "REVERT: LoansWrongStatus(", LENDER, "collect", 1);
  });

  it("release pays the borrower what is left, at most", async () => {
    const { account } = await clientOf(BUYER);
    const before = [await claimsOf(BUYER), await claimsOf(BORROWER)];
    await loan(BORROWER, "release", 2, "5", "--to", account);
    await loan(BORROWER, "release", 2, "0.25");
    expect([await claimsOf(BUYER), await claimsOf(BORROWER)]).to.deep.equal([
      before[0] + 5n * WHOLE,
      before[1] + WHOLE / 4n,
    ]);
    await refuses(3, "REVERT: LoanBookNothingFree(", BORROWER, "release", 2, "100");
    await refuses(1, "REVERT: LoanBookNotBorrower(", LENDER, "release", 2, "1");
  });

  it("repay pays off so much, and claim pays a lender its share", async () => {
    const { paid } = await tell("show", 2);
    const repaid = await loan(BUYER, "repay", 2, "10");
    expect(BigInt(repaid.paid)).to.equal(BigInt(paid) + 10n * WHOLE);
    const { account: lender } = await clientOf(LENDER);
    expect((await loan(LENDER, "claim", 2)).lenders).to.deep.equal([
      { lender, commitment: String(50n * WHOLE), received: repaid.paid, claimable: "0" },
    ]);
    await refuses(1, "REVERT: LoansWrongStatus(", BUYER, "repay", 1, "1");
    await refuses(1, "REVERT: LoansWrongStatus(", LENDER, "claim", 1);
  });

  it("release-gpu ends the pledge once the loan is closed, for the GPU's owner", async () => {
    await refuses(1, "REVERT: CollateralTaken(", BORROWER, "release-gpu", gpuId);
    expect((await loan(BUYER, "repay", 2, "100")).status).to.equal(LoanStatus.Closed);
    await refuses(1, "REVERT: CollateralNotOwned(", LENDER, "release-gpu", gpuId);
    const hex = toBeHex(gpuId, 20);
    const lines = await toldOn(stage, "loan", "release-gpu", hex, "--account", BORROWER);
    expect(lines).to.match(new RegExp(`^GPU ${hex} is pledged no more$`, "m"));
    const { client } = await clientOf(BORROWER);
    expect(await client.gpuRegistry.pledgeeOf(gpuId)).to.equal(ZERO_ADDRESS);
  });

  it("default declares what is late, and not before", async () => {
    expect(await requested()).to.include({ id: "3" });
    await loan(LENDER, "fund", 3, "50");
    await loan(BORROWER, "draw", 3, await attested());
    await refuses(3, "REVERT: LoanBookNotInDefault(", LENDER, "default", 3);
    await passTime(stage.provider, LATE);
    const told = await loan(LENDER, "default", 3);
    expect(told).to.include({ status: LoanStatus.Defaulted, paid: String((25n * WHOLE) / 2n) });
    expect(told.auctions.map((auction) => auction.gpuId)).to.deep.equal([String(gpuId)]);
    expect(told.due).to.equal(told.debt);
  });

  it("release-custodian waits until 60 days after a default", async () => {
    await refuses(3, "REVERT: LoanBookCustodianHeld(", BUYER, "release-custodian", 3);
  });

  it("buy takes a GPU of a loan in default, at most at the highest price", async () => {
    await refuses(3, "REVERT: CollateralPriceTooHigh(", BUYER, "buy", 3, gpuId, "1");
    await refuses(1, "REVERT: CollateralNotForSale(", BUYER, "buy", 3, "5", "200");
    const told = await loan(BUYER, "buy", 3, gpuId, "200");
    expect(told).to.include({ status: LoanStatus.Closed, debt: "0" });
    expect(told.auctions).to.deep.equal([]);
    const { client, account } = await clientOf(BUYER);
    expect(await client.gpuRegistry.ownerOf(gpuId)).to.equal(account);
  });

  it("show tells it in lines, and ends with 1 given no such loan", async () => {
    const lines = await toldOn(stage, "loan", "show", 2);
    expect(lines).to.match(/^loan +2, closed$/m);
    expect(lines).to.match(/^rate +10 % a year, 12 payments$/m);
    expect(lines).to.match(/^a payment +4\.395795 \w+$/m);
    const { account: custodian } = await clientOf(CUSTODIAN);
    expect(lines).to.match(
      new RegExp(`^custodian +${custodian}, 0\\.0 \\w+ of its bond held$`, "m"),
    );
    expect(lines).to.match(new RegExp(`^GPUs +${toBeHex(gpuId, 20)}$`, "m"));
    const requestedOnly = await toldOn(stage, "loan", "show", 1);
    expect(requestedOnly).to.match(/^a payment +4\.395795 \w+$/m);
    expect(requestedOnly).to.match(/^can be drawn +until /m);
    const { code, stderr } = await runOn(stage, "loan", "show", 99);
    expect(stderr).to.include("error INPUT: nobody requested loan 99");
    expect(code).to.equal(1);
  });

  it("wrong usage ends with 2", async () => {
    for (const args of [
      ["fund", 2],
      ["fund", 2, "much"],
      ["buy", 2, "gpu", "1"],
      ["attest", 1],
    ]) {
      const { code } = await runOn(stage, "loan", ...args, "--account", LENDER);
      expect(code, args.join(" ")).to.equal(2);
    }
  });
});
