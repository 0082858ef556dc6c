const Injector = require("solidity-coverage/lib/injector");

// The plugin marks what runs by encoding a hash to memory that nobody reads. Through the IR pipeline this costs a
// function per mark and fills memory; a word of scratch space does the same.
const mark = (value) => `assembly ("memory-safe") { mstore(0x20, ${value}) } `;
Injector.prototype._getAbiEncodeStatementHash = (hash) => mark(hash);
Injector.prototype._getAbiEncodeStatementVar = (id) => mark(`c__${id}`);

module.exports = {
  skipFiles: ["mocks"],
  istanbulReporter: ["text", "json-summary", "html"],
  // a line holds one statement
  measureStatementCoverage: false,
  configureYulOptimizer: true,
  // The least that keeps the stack shallow enough: a full optimization takes a quarter of an hour.
  solcOptimizerDetails: {
    peephole: true,
    jumpdestRemover: true,
    orderLiterals: false,
    deduplicate: false,
    cse: false,
    constantOptimizer: false,
    yul: true,
    yulDetails: { stackAllocation: true, optimizerSteps: "eu" },
  },
  mocha: { timeout: 1_200_000 },
};
