import { readFile } from "node:fs/promises";

import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers, config } from "hardhat";
import { join } from "node:path";

import { ACCESS_ROLES } from "../../deploy/access";
import { deployableContracts, outcomeOf } from "./abi";
import { datasetContracts, protocolFixture } from "./fixture";

const UNAUTHORIZED = ethers.id("AccessManagedUnauthorized(address)").slice(0, 10);

/*
docs/access.md
├── it has a section for each contract that can be deployed, and no other
└── for each contract
   ├── it has a row for each function that changes state, and no other
   └── it names a role exactly where the contract asks for one (GV-3)
*/
describe("docs/access.md", () => {
  it("has a section for each contract that can be deployed, and no other", async () => {
    const sections = await readTables();
    const contracts = await deployableContracts();
    expect([...sections.keys()].sort()).to.deep.equal([...contracts.keys()].sort());
  });

  it("has a row for each function that changes state, and no other", async () => {
    const sections = await readTables();
    for (const [name, functions] of await deployableContracts()) {
      const names = [...new Set(functions.map((fragment) => fragment.name))].sort();
      expect([...(sections.get(name)?.keys() ?? [])].sort(), name).to.deep.equal(names);
    }
  });

  it("names a role exactly where the contract asks for one (GV-3)", async () => {
    const { book, stranger, accessManager, stakeVaultFactory, dataDaoFactory } =
      await loadFixture(protocolFixture);
    const sections = await readTables();
    const contracts = await deployableContracts();
    const deployed: { name: string; address: string }[] = Object.entries(book.contracts).map(
      ([key, address]) => ({ name: key[0].toUpperCase() + key.slice(1), address }),
    );
    deployed.push({ name: "StakeVault", address: await stakeVaultFactory.IMPLEMENTATION() });
    for (const [name, address] of Object.entries(await datasetContracts(dataDaoFactory))) {
      deployed.push({ name, address });
    }
    const unseen = [...contracts.keys()].filter((name) => !deployed.some((it) => it.name === name));
    // they ask for rights of their own
    expect(unseen).to.have.members(["ProtocolGovernor", "ProtocolTimelock"]);

    let roles = 0;
    for (const { name, address } of deployed) {
      for (const fragment of contracts.get(name) ?? []) {
        const caller = sections.get(name)?.get(fragment.name) ?? "";
        const role = caller === "ADMIN" || caller === "GUARDIAN" ? ACCESS_ROLES[caller] : undefined;
        const outcome = await outcomeOf(address, fragment, stranger.address);
        expect(outcome.startsWith(UNAUTHORIZED), `${name}.${fragment.name}: ${outcome}`).to.equal(
          role !== undefined || fragment.name === "setAuthority",
        );
        if (role === undefined) continue;
        roles += 1;
        expect(await accessManager.getTargetFunctionRole(address, fragment.selector)).to.equal(
          role,
        );
      }
    }
    expect(roles).to.be.greaterThan(0);
  });
});

/** Function name to caller, by section, as the document has them. */
async function readTables(): Promise<Map<string, Map<string, string>>> {
  const text = await readFile(join(config.paths.root, "docs/access.md"), "utf8");
  const sections = new Map<string, Map<string, string>>();
  for (const section of text.split(/^## /m).slice(1)) {
    const rows = [...section.matchAll(/^\| `(\w+)` *\| (.*?) *\|$/gm)];
    if (rows.length === 0) continue;
    const [title] = section.split("\n");
    sections.set(title, new Map(rows.map(([, name, caller]) => [name, caller])));
  }
  return sections;
}
