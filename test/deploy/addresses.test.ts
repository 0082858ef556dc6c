import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { parseAddressBook, readAddressBook, writeAddressBook } from "../../deploy/addresses";
import { DeployError } from "../../deploy/errors";

const NAMES = [
  "ergonToken",
  "governor",
  "timelock",
  "accessManager",
  "ledger",
  "gpuRegistry",
  "modelRegistry",
  "jobEscrow",
  "orderBook",
  "tensorStep",
  "optimisticVerifier",
  "stakeVaultFactory",
  "loanBook",
  "dataDaoFactory",
  "token",
];

/*
address book
├── it reads what it wrote
├── it reads addresses in lower case as checksummed ones
├── given no file for the chain: it reports ADDRESS_BOOK_MISSING
└── given a file that is malformed or about another chain: it reports ADDRESS_BOOK_INVALID
*/
describe("address book", () => {
  const contracts = Object.fromEntries(
    NAMES.map((name, i) => [name, `0x${"ab".repeat(19)}${10 + i}`]),
  );
  let scratch = "";

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "addresses-"));
  });
  after(() => rm(scratch, { recursive: true }));

  it("reads what it wrote", async () => {
    const book = parseAddressBook({ chainId: 10, fromBlock: 7, contracts });
    const path = await writeAddressBook(book, scratch);
    expect(path).to.equal(join(scratch, "10.json"));
    expect(await readAddressBook(10, scratch)).to.deep.equal(book);
  });

  it("reads addresses in lower case as checksummed ones", () => {
    const timelock = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
    const lower = { ...contracts, timelock: timelock.toLowerCase() };
    const book = parseAddressBook({ chainId: 10, fromBlock: 7, contracts: lower });
    expect(book.contracts.timelock).to.equal(timelock);
  });

  it("reports ADDRESS_BOOK_MISSING, given no file for the chain", async () => {
    expect((await failure(11)).code).to.equal("ADDRESS_BOOK_MISSING");
  });

  it("reports ADDRESS_BOOK_INVALID, given a malformed file or another chain's", async () => {
    const { timelock, ...incomplete } = contracts;
    const texts = [
      "{",
      JSON.stringify({ chainId: 13, fromBlock: 7, contracts }),
      JSON.stringify({ chainId: 12, fromBlock: -1, contracts }),
      JSON.stringify({ chainId: 12, fromBlock: 7, contracts: incomplete }),
      JSON.stringify({ chainId: 12, fromBlock: 7, contracts: { ...contracts, other: timelock } }),
      JSON.stringify({ chainId: 12, fromBlock: 7, contracts: { ...contracts, ledger: "0x12" } }),
    ];
    for (const text of texts) {
      await writeFile(join(scratch, "12.json"), text);
      expect((await failure(12)).code, text).to.equal("ADDRESS_BOOK_INVALID");
    }
  });

  async function failure(chainId: number): Promise<DeployError> {
    const error: unknown = await readAddressBook(chainId, scratch).catch((reason) => reason);
    if (!(error instanceof DeployError))
      throw new Error("expected a DeployError", { cause: error });
    return error;
  }
});
