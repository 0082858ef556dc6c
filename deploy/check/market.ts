import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { ZeroAddress } from "ethers";

import { compare, readEvents } from "./findings";
import type { AddressBook } from "../addresses";
import type { ProtocolParameters } from "../parameters";

type Terms = ProtocolParameters["Verification"]["terms"];
type DemandPrices = ProtocolParameters["Compute"]["demandPrices"];

/** Each contract that another one stands on other than asked for. */
export async function checkWiring(
  hre: HardhatRuntimeEnvironment,
  { contracts }: AddressBook,
  { Compute }: ProtocolParameters,
): Promise<string[]> {
  const escrow = await hre.ethers.getContractAt("JobEscrow", contracts.jobEscrow);
  const book = await hre.ethers.getContractAt("OrderBook", contracts.orderBook);
  const verifier = await hre.ethers.getContractAt(
    "OptimisticVerifier",
    contracts.optimisticVerifier,
  );
  const factory = await hre.ethers.getContractAt("StakeVaultFactory", contracts.stakeVaultFactory);
  const vault = await hre.ethers.getContractAt("StakeVault", await factory.IMPLEMENTATION());
  return compare(
    [
      `vaults bond jobs of JobEscrow ${await vault.ESCROW()}`,
      `vaults are made by StakeVaultFactory ${await vault.FACTORY()}`,
      `the JobEscrow pays from Ledger ${await escrow.LEDGER()}`,
      `the JobEscrow pays fees to ${await escrow.TREASURY()}`,
      `the JobEscrow opens jobs by OrderBook ${await escrow.ORDER_BOOK()}`,
      `the OrderBook serves JobEscrow ${await book.ESCROW()}`,
      `the OrderBook looks for GPUs in ${await book.GPU_REGISTRY()}`,
      `the OptimisticVerifier judges jobs of JobEscrow ${await verifier.ESCROW()}`,
      `the OptimisticVerifier computes by TensorStep ${await verifier.TENSOR_STEP()}`,
      `the OptimisticVerifier looks for models in ${await verifier.MODEL_REGISTRY()}`,
    ],
    [
      `vaults bond jobs of JobEscrow ${contracts.jobEscrow}`,
      `vaults are made by StakeVaultFactory ${contracts.stakeVaultFactory}`,
      `the JobEscrow pays from Ledger ${contracts.ledger}`,
      `the JobEscrow pays fees to ${Compute.treasury}`,
      `the JobEscrow opens jobs by OrderBook ${contracts.orderBook}`,
      `the OrderBook serves JobEscrow ${contracts.jobEscrow}`,
      `the OrderBook looks for GPUs in ${contracts.gpuRegistry}`,
      `the OptimisticVerifier judges jobs of JobEscrow ${contracts.jobEscrow}`,
      `the OptimisticVerifier computes by TensorStep ${contracts.tensorStep}`,
      `the OptimisticVerifier looks for models in ${contracts.modelRegistry}`,
    ],
  );
}

/** Each fee, price and listing of the market that was not asked for, and each one missing. */
export async function checkTerms(
  hre: HardhatRuntimeEnvironment,
  { contracts, fromBlock }: AddressBook,
  { Compute, Verification }: ProtocolParameters,
): Promise<string[]> {
  const book = await hre.ethers.getContractAt("OrderBook", contracts.orderBook);
  const events = await readEvents(hre, book, fromBlock);
  const listed = events.filter(({ name }) => name === "VerifierTermsSet");
  const priced = events.filter(({ name }) => name === "DemandPricesSet");

  const actual = [feeTerm(await book.fee())];
  for (const token of new Set(priced.map(({ args }) => String(args.token)))) {
    const [fast, standard, high] = await Promise.all(
      [0n, 1n, 2n].map((termsClass) => book.demandPrice(token, termsClass)),
    );
    actual.push(demandTerm(token, { fast, standard, high }));
  }
  for (const key of new Set(listed.map(({ args }) => `${args.token} ${args.verifier}`))) {
    const [token, verifier] = key.split(" ");
    actual.push(listing(token, verifier, await book.verifierTerms(token, verifier)));
  }
  const { token } = contracts;
  return compare(actual, [
    feeTerm(Compute.feeBps),
    demandTerm(token, Compute.demandPrices),
    listing(token, ZeroAddress, Compute.termsWithoutVerifier),
    listing(token, contracts.optimisticVerifier, Verification.terms),
  ]);
}

function feeTerm(feeBps: number | bigint): string {
  return `the fee is ${feeBps} basis points`;
}

function demandTerm(token: string, { fast, standard, high }: DemandPrices): string {
  return `demands that pay in ${token} cost ${fast}, ${standard} and ${high} by class`;
}

type OnChain<T> = { readonly [Key in keyof T]: T[Key] | bigint };

function listing(token: string, verifier: string, terms: OnChain<Terms>): string {
  const { listed, scale, bondMultipleBps, fastPriceCap } = terms;
  const games = [terms.longestGameFast, terms.longestGameStandard, terms.longestGameHigh];
  const floors = [terms.bondFloorFast, terms.bondFloorStandard, terms.bondFloorHigh];
  const state = `listed ${listed}, scale ${scale}, bond multiple ${bondMultipleBps}`;
  const byClass = `longest games ${games.join("/")}, bond floors ${floors.join("/")}`;
  return `verifier ${verifier} for ${token}: ${state}, ${byClass}, price cap ${fastPriceCap}`;
}
