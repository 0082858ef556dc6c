import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, encodeBytes32String, id as hashOf } from "ethers";
import type { AddressLike, ContractTransactionResponse } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { TermsClass, asAddress } from "../../sdk/src/index";
import type { StakeVault } from "../../typechain-types";
import type { ICustodians, ILoanBook } from "../../typechain-types/contracts/finance/LoanBook";
import { OUTPUT_ROOT, at, openedBy, windowEnd } from "./jobs";
import type { JobRef } from "./jobs";
import { MODEL_ID, askOf, bidOf, deployMarket, fund, registerTestGpu, signBid } from "./market";
import type { Market } from "./market";
import { RENT_BPS } from "./vaults";

/** The class of the GPUs of tests, and what is left of its value at the start and after each year. */
export const CLASS = encodeBytes32String("H100");
export const YEAR = 31_536_000n;
export const CURVE = [
  { age: 0n, bps: 10_000n },
  { age: YEAR, bps: 6_250n },
  { age: 2n * YEAR, bps: 4_250n },
  { age: 3n * YEAR, bps: 3_000n },
] as const;

/** A twelfth of a year, and the grace before a default, in seconds. */
export const PERIOD = YEAR / 12n;
export const GRACE = 1_296_000n;

/** The usual loan, in payment-token units: 36 level payments at 10 %, on a GPU worth 2,000,000,000. */
export const PRINCIPAL = 1_000_000_000n;
export const RESERVE = 250_000_000n;
export const PAYMENT = 32_267_188n;
export const VALUE = 2_000_000_000n;

/** What the vault has before it earns, in payment-token units. */
export const JUNIOR = 500_000_000n;

/** The first loan of a fixture. */
export const LOAN = 1n;

export enum Status {
  None,
  Requested,
  Active,
  Defaulted,
  Closed,
  Cancelled,
}

/** A market with a vault that `borrower` operates, and a GPU that works for it and is pledged to the book of loans. */
export interface Loans extends Market {
  readonly borrower: HardhatEthersSigner;
  readonly custodian: HardhatEthersSigner;
  readonly lenders: readonly [HardhatEthersSigner, HardhatEthersSigner];
  readonly vault: StakeVault;
}

/** Sets up `Loans` on a fresh chain. */
export async function deployLoans(): Promise<Loans> {
  return deployLoansIn(await deployMarket());
}

/** Sets up `Loans` in a market, in its token, of which client and provider have claims. */
export async function deployLoansIn(market: Market): Promise<Loans> {
  const { provider: borrower, worker: custodian, client, delegate, stranger, loanBook } = market;
  const vault = await newVault(market, borrower, "first");
  await market.book.setMirrored(MODEL_ID, true);
  for (const account of [custodian, delegate, stranger]) await fund(market, account);
  for (const account of [borrower, custodian, client, delegate, stranger]) {
    await market.ledger.connect(account).approve(loanBook, market.tokenAddress, MaxUint256);
  }
  await loanBook.setCurve(CLASS, [...CURVE]);
  await loanBook.connect(custodian).postBond(market.token, VALUE);
  const lenders = [client, delegate] as const;
  const loans = { ...market, borrower, custodian, lenders, vault };
  await pledge(loans, market.gpuId);
  return loans;
}

/** Gives every test of a suite fresh loans, and checks after each that the book holds what it owes (LN-1). */
export function useLoans(fixture: () => Promise<Loans> = deployLoans): () => Loans {
  let loans: Loans;
  beforeEach(async () => {
    loans = await loadFixture(fixture);
  });
  afterEach(async () => {
    await expectBookSolvent(loans);
  });
  return () => loans;
}

/** A vault that `owner` operates, with its junior, all of which is staked. */
export async function newVault(
  { ledger, token, tokenAddress, vaultFactory }: Market,
  owner: HardhatEthersSigner,
  name = "another",
): Promise<StakeVault> {
  await vaultFactory.connect(owner).create(token, RENT_BPS, hashOf(name));
  const vault = await ethers.getContractAt(
    "StakeVault",
    await vaultFactory.vaultAddress(token, owner, hashOf(name)),
  );
  await ledger.connect(owner).transfer(vault, tokenAddress, JUNIOR);
  await vault.rebalance();
  return vault;
}

/** Lets the borrower's GPU work for the vault, and pledges it to the book. */
export async function pledge(
  loans: Loans,
  gpuId: bigint,
  vault: AddressLike = loans.vault,
): Promise<void> {
  await loans.gpuRegistry.connect(loans.borrower).setOperator(gpuId, vault);
  await loans.gpuRegistry.connect(loans.borrower).pledge(gpuId, loans.loanBook);
}

/** A further GPU of the borrower, pledged like the first. */
export async function anotherGpu(loans: Loans, name = "another"): Promise<bigint> {
  const gpuId = await registerTestGpu(loans, loans.borrower, name);
  await pledge(loans, gpuId);
  return gpuId;
}

/** The usual request with changes. */
export async function requestOf(
  loans: Loans,
  changes: Partial<ILoanBook.RequestStruct> = {},
): Promise<ILoanBook.RequestStruct> {
  return {
    vault: loans.vault,
    principal: PRINCIPAL,
    reserve: RESERVE,
    leastIncome: 0n,
    rateBps: 1_000n,
    payments: 36n,
    fundingDeadline: (await now()) + 30n * 86_400n,
    custodian: loans.custodian.address,
    gpuIds: [loans.gpuId],
    ...changes,
  };
}

/** Requests the usual loan with changes. */
export async function requestLoan(
  loans: Loans,
  changes: Partial<ILoanBook.RequestStruct> = {},
): Promise<ContractTransactionResponse> {
  return loans.loanBook.connect(loans.borrower).request(await requestOf(loans, changes));
}

/** Funds a loan: three eighths by the first lender, the rest by the second. */
export async function fundLoan({ loanBook, lenders }: Loans, id = LOAN): Promise<void> {
  const { principal } = (await loanBook.loanOf(id)).terms;
  await loanBook.connect(lenders[0]).fund(id, (principal * 3n) / 8n);
  await loanBook.connect(lenders[1]).fund(id, principal);
}

/** What a custodian says of a GPU now, with changes. */
export async function attestationOf(
  loans: Loans,
  changes: Partial<ICustodians.AttestationStruct> = {},
): Promise<ICustodians.AttestationStruct> {
  const madeAt = await now();
  return {
    gpuId: loans.gpuId,
    hardwareClass: CLASS,
    token: loans.tokenAddress,
    value: VALUE,
    madeAt,
    expiresAt: madeAt + 30n * 86_400n,
    ...changes,
  };
}

/** An attestation's signature. */
export async function signAttestation(
  { loanBook, custodian }: Pick<Loans, "loanBook" | "custodian">,
  attestation: ICustodians.AttestationStruct,
  signer = custodian,
): Promise<string> {
  const domain = {
    name: "Ergon LoanBook",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await loanBook.getAddress(),
  };
  const HardwareAttestation = [
    { name: "gpuId", type: "uint256" },
    { name: "hardwareClass", type: "bytes32" },
    { name: "token", type: "address" },
    { name: "value", type: "uint256" },
    { name: "madeAt", type: "uint40" },
    { name: "expiresAt", type: "uint40" },
  ];
  return signer.signTypedData(domain, { HardwareAttestation }, attestation);
}

/** Draws a loan on attestations, by default the usual one, signed by the custodian. */
export async function drawLoan(
  loans: Loans,
  id = LOAN,
  attestations?: readonly ICustodians.AttestationStruct[],
): Promise<ContractTransactionResponse> {
  const given = attestations ?? [await attestationOf(loans)];
  const signatures = await Promise.all(given.map((one) => signAttestation(loans, one)));
  return loans.loanBook.connect(loans.borrower).draw(id, [...given], signatures);
}

/** Hands the junior of the borrower's vault to the book. */
export async function handOver({ vault, borrower, loanBook }: Loans): Promise<void> {
  await vault.connect(borrower).transferJunior(loanBook);
}

/** The usual loan with changes, requested and funded, with the vault's junior handed over. */
export async function readyLoan(
  loans: Loans,
  changes: Partial<ILoanBook.RequestStruct> = {},
): Promise<void> {
  await requestLoan(loans, changes);
  await handOver(loans);
  await fundLoan(loans, await loans.loanBook.loanCount());
}

/** The usual loan with changes, drawn; returns the second of the draw. */
export async function openLoan(
  loans: Loans,
  changes: Partial<ILoanBook.RequestStruct> = {},
): Promise<bigint> {
  await readyLoan(loans, changes);
  const id = await loans.loanBook.loanCount();
  await drawLoan(loans, id, changes.gpuIds?.length === 0 ? [] : undefined);
  return drawnAt(loans, id);
}

/** The second at which a loan was drawn. */
export async function drawnAt({ loanBook }: Loans, id = LOAN): Promise<bigint> {
  return (await loanBook.loanOf(id)).state.drawnAt;
}

/** A loan that is in default because its first payment was not made. */
export async function openDefaulted(
  loans: Loans,
  changes: Partial<ILoanBook.RequestStruct> = {},
): Promise<bigint> {
  const start = await openLoan(loans, changes);
  const defaultedAt = start + PERIOD + GRACE;
  await at(defaultedAt);
  await loans.loanBook.declareDefault(LOAN, changes.gpuIds ?? [loans.gpuId]);
  return defaultedAt;
}

/** A job of a vault: what it pays and bonds, in payment-token units, and on which GPU. */
export interface VaultJob {
  readonly price: bigint;
  /** Ten times the price unless given, which is the least. */
  readonly bond?: bigint;
  readonly gpuId?: bigint;
  readonly vault?: StakeVault;
}

/** Lets the borrower deliver a job for the client on the stake of its vault, that can be challenged for 30 minutes. */
export async function doJob(loans: Loans, job: VaultJob): Promise<JobRef> {
  const { escrow, client, borrower, book } = loans;
  const { price, bond = 10n * price, gpuId = loans.gpuId, vault = loans.vault } = job;
  const terms = { termsClass: TermsClass.Fast };
  const parties = {
    provider: asAddress(await vault.getAddress()),
    worker: asAddress(borrower.address),
  };
  const ask = askOf(loans, { ...terms, ...parties, gpuId, unitPrice: price, unitBond: bond });
  const nonce = 1n + (await book.jobCount());
  const bid = bidOf(loans, { ...terms, units: 1n, maxUnitPrice: price, minUnitBond: 0n, nonce });
  const signature = await signBid(loans, bid, client);
  const own = escrow.connect(borrower);
  return openedBy(loans, await own.fulfil(ask, "0x", bid, signature, OUTPUT_ROOT, "0x"));
}

/** Lets the vault do a job that pays `price` when it settles, 30 minutes later. */
export async function earn(
  loans: Loans,
  price: bigint,
  gpuId: bigint = loans.gpuId,
  vault: StakeVault = loans.vault,
): Promise<void> {
  const job = await doJob(loans, { price, gpuId, vault });
  await at(windowEnd(job) + 1n);
  await loans.escrow.settle(job.id, job.job);
}

/** Lets a staker put claims into the vault, all of which is staked. */
export async function putStake(
  { ledger, tokenAddress, vault }: Loans,
  staker: HardhatEthersSigner,
  amount: bigint,
): Promise<void> {
  await ledger.connect(staker).approve(vault, tokenAddress, amount);
  await vault.connect(staker).depositClaims(amount, staker);
  await vault.rebalance();
}

/** Money that reaches the vault past the market, so past the books. */
export async function give(
  { ledger, stranger, vault, tokenAddress }: Loans,
  amount: bigint,
): Promise<void> {
  await ledger.connect(stranger).transfer(vault, tokenAddress, amount);
}

/** The time of the last block, in seconds. */
export async function now(): Promise<bigint> {
  const block = await ethers.provider.getBlock("latest");
  return BigInt(block?.timestamp ?? 0);
}

/** What an action adds to the claims of each account. */
export async function claimsMoved(
  { ledger, tokenAddress }: Loans,
  accounts: readonly AddressLike[],
  action: () => Promise<unknown>,
): Promise<bigint[]> {
  const claims = async () =>
    Promise.all(accounts.map((account) => ledger.balanceOf(account, tokenAddress)));
  const before = await claims();
  await action();
  return (await claims()).map((after, i) => after - before[i]);
}

/** LN-1, to the unit: what the book holds is what it owes to borrowers, lenders and custodians. */
export async function expectBookSolvent({ loanBook, ledger, tokenAddress }: Loans): Promise<void> {
  let owed = 0n;
  for (let id = 1n; id <= (await loanBook.loanCount()); id++) {
    const { terms, state } = await loanBook.loanOf(id);
    const waiting = [Status.Requested, Status.Cancelled].includes(Number(state.status));
    owed += terms.reserve + (waiting ? terms.committed : state.paid);
  }
  for (const { args } of await loanBook.queryFilter(loanBook.filters.LenderPaid))
    owed -= args.amount;
  const posted = await loanBook.queryFilter(loanBook.filters.BondPosted);
  for (const custodian of new Set(posted.map(({ args }) => args.custodian))) {
    const { free, locked } = await loanBook.bondOf(custodian, tokenAddress);
    owed += free + locked;
  }
  expect(await ledger.balanceOf(loanBook, tokenAddress), "LN-1").to.equal(owed);
}
