import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { artifacts, config, ethers } from "hardhat";
import solc from "solc";
import type { Arena } from "../arena";

const CONTRACTS = {
  OptimisticVerifier: "contracts/verification/OptimisticVerifier.sol",
  TensorStep: "contracts/verification/TensorStep.sol",
} as const;

/** Fast to compile, and small enough to deploy. */
const SETTINGS = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 1, details: { yul: false } },
  metadata: { bytecodeHash: "none" },
};

/** A contract of which one text in the sources is another. */
export interface Mutant {
  readonly contract: keyof typeof CONTRACTS;
  /** The source, below `contracts`. */
  readonly file: string;
  /** What stands in it exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A verifier with another text, none unless given, in one of its sources. */
export function inVerifier(file: string, find: string, replace = ""): Mutant {
  return { contract: "OptimisticVerifier", file, find, replace };
}

/** The same in its moves. */
export function inGames(find: string, replace?: string): Mutant {
  return inVerifier("verification/Games.sol", find, replace);
}

/** The same in its commitments to traces. */
export function inTraces(find: string, replace?: string): Mutant {
  return inVerifier("verification/Traces.sol", find, replace);
}

/** A step with another text, none unless given, in one of its sources. */
export function inStep(file: string, find: string, replace = ""): Mutant {
  return { contract: "TensorStep", file, find, replace };
}

/** Puts a mutant in the place of the arena's contract, which keeps its address and its storage. */
export async function installMutant(arena: Arena, mutant: Mutant): Promise<void> {
  const { escrow, modelRegistry, tensorStep, optimisticVerifier } = arena;
  const isVerifier = mutant.contract === "OptimisticVerifier";
  const replaced = isVerifier ? optimisticVerifier : tensorStep;
  const bytecode = await compileMutant(mutant);
  const factory = new ethers.ContractFactory(replaced.interface, bytecode, arena.stranger);
  const deployed = await factory.deploy(...(isVerifier ? [escrow, modelRegistry, tensorStep] : []));
  const code = await ethers.provider.getCode(await deployed.getAddress());
  await setCode(await replaced.getAddress(), code);
}

/** The creation code of a mutant. One that was compiled before comes from the cache. */
async function compileMutant({ contract, file, find, replace }: Mutant): Promise<string> {
  const path = CONTRACTS[contract];
  const build = await artifacts.getBuildInfo(`${path}:${contract}`);
  if (build === undefined) throw new Error(`${contract} is not compiled`);
  const sources = { ...build.input.sources };
  const name = `contracts/${file}`;
  sources[name] = { content: replaceOnce(sources[name].content, find, replace, name) };
  const outputSelection = { [path]: { [contract]: ["evm.bytecode.object"] } };
  const settings = { ...SETTINGS, outputSelection };
  const input = { language: "Solidity", sources, settings };
  return cached(JSON.stringify(input), (text) => {
    const { errors = [], contracts } = JSON.parse(solc.compile(text));
    const wrong = errors.find(({ severity }: { severity: string }) => severity === "error");
    if (wrong !== undefined) throw new Error(wrong.formattedMessage);
    return contracts[path][contract].evm.bytecode.object;
  });
}

function replaceOnce(text: string, find: string, replace: string, name: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${name} has ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}

function cached(input: string, compute: (input: string) => string): string {
  const name = createHash("sha256").update(input).digest("hex");
  const path = join(config.paths.cache, "mutants", name);
  if (existsSync(path)) return readFileSync(path, "utf8");
  const output = compute(input);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, output);
  return output;
}
