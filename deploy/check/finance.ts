import { decodeBytes32String } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { HARDWARE_CLASSES } from "../hardware";
import { compare, readEvents } from "./findings";
import type { AddressBook } from "../addresses";
import type { ProtocolParameters } from "../parameters";

interface Point {
  readonly age: number | bigint;
  readonly bps: number | bigint;
}

/** Each contract of vaults that stands on another one than asked for. */
export async function checkVaults(
  hre: HardhatRuntimeEnvironment,
  { contracts }: AddressBook,
): Promise<string[]> {
  const factory = await hre.ethers.getContractAt("StakeVaultFactory", contracts.stakeVaultFactory);
  const vault = await hre.ethers.getContractAt("StakeVault", await factory.IMPLEMENTATION());
  return compare(
    [
      `the StakeVault bonds jobs of JobEscrow ${await vault.ESCROW()}`,
      `the StakeVault is set up by StakeVaultFactory ${await vault.FACTORY()}`,
    ],
    [
      `the StakeVault bonds jobs of JobEscrow ${contracts.jobEscrow}`,
      `the StakeVault is set up by StakeVaultFactory ${contracts.stakeVaultFactory}`,
    ],
  );
}

/** Each contract, fee and curve that loans go by and that was not asked for, and each one missing. */
export async function checkLoans(
  hre: HardhatRuntimeEnvironment,
  { contracts, fromBlock }: AddressBook,
  { Finance }: ProtocolParameters,
): Promise<string[]> {
  const book = await hre.ethers.getContractAt("LoanBook", contracts.loanBook);
  const events = await readEvents(hre, book, fromBlock);
  const set = events.filter(({ name }) => name === "CurveSet");

  const actual = [
    escrowTerm(await book.ESCROW()),
    factoryTerm(await book.VAULT_FACTORY()),
    feeTerm(await book.advanceFee()),
  ];
  for (const word of new Set(set.map(({ args }) => String(args.hardwareClass)))) {
    actual.push(curveTerm(word, await book.curveOf(word)));
  }
  return compare(actual, [
    escrowTerm(contracts.jobEscrow),
    factoryTerm(contracts.stakeVaultFactory),
    feeTerm(Finance.advanceFeeBps),
    ...HARDWARE_CLASSES.map(({ name, word }) => curveTerm(word, Finance[name])),
  ]);
}

function escrowTerm(escrow: string): string {
  return `loans go by the books of JobEscrow ${escrow}`;
}

function factoryTerm(factory: string): string {
  return `loans are for vaults of StakeVaultFactory ${factory}`;
}

function feeTerm(feeBps: number | bigint): string {
  return `loans without GPUs go by a fee of ${feeBps} basis points`;
}

function curveTerm(word: string, points: readonly Point[]): string {
  const list = points.map(({ age, bps }) => `${bps} after ${age} s`).join(", ");
  return `the class ${nameOf(word)} keeps in basis points: ${list}`;
}

/** Governance may set a curve for any word. */
function nameOf(word: string): string {
  try {
    return decodeBytes32String(word);
  } catch {
    return word;
  }
}
