import "@nomicfoundation/hardhat-toolbox";
import {
  TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD,
  TASK_TEST_GET_TEST_FILES,
} from "hardhat/builtin-tasks/task-names";
import { subtask } from "hardhat/config";
import type { HardhatUserConfig } from "hardhat/config";
import type { SolcBuild } from "hardhat/types";
import { version as solcVersion } from "solc/package.json";

// The compiler comes from npm, pinned in package.json, so that nothing is downloaded at build time.
subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async (): Promise<SolcBuild> => ({
  version: solcVersion,
  longVersion: solcVersion,
  compilerPath: require.resolve("solc/soljson.js"),
  isSolcJs: true,
}));

const compiler = (runs: number) => ({
  version: solcVersion,
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs },
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none" },
  },
});

// The folder of the tests holds scripts too, which would run when they are loaded.
subtask(TASK_TEST_GET_TEST_FILES, async (args, _hre, runSuper): Promise<string[]> => {
  const files: string[] = await runSuper(args);
  return files.filter((file) => file.endsWith(".test.ts"));
});

// Instrumented contracts are kept apart, so that a measurement of coverage changes no build and no bindings.
const instrumented = process.env.SOLIDITY_COVERAGE === "true";

const config: HardhatUserConfig = {
  solidity: {
    compilers: [compiler(1_000)],
    // Cheaper calls would make it larger than a contract may be, and a loan has few of them.
    overrides: { "contracts/finance/LoanBook.sol": compiler(200) },
  },
  networks: {
    hardhat: { hardfork: "cancun" },
    localhost: { url: process.env.ERGON_RPC_URL ?? "http://127.0.0.1:8545" },
  },
  paths: {
    ignition: "./deploy",
    ...(instrumented && { artifacts: "coverage/artifacts", cache: "coverage/cache" }),
  },
  typechain: {
    outDir: "typechain-types",
    target: "ethers-v6",
    dontOverrideCompile: instrumented,
  },
  mocha: { timeout: 120_000 },
  gasReporter: { enabled: false },
};

export default config;
