import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";

const ROOT = resolve(__dirname, "../..");
const PAGE = readFileSync(resolve(ROOT, "docs/invariants.md"), "utf8");
/** Ids in the order of the page. */
const IDS = [...PAGE.matchAll(/^- `([A-Z]{2}-\d+)`: /gm)].map(([, id]) => id);

/*
docs/invariants.md
├── it counts the ids of each part from 1, and says each once
├── it says no id that a test does not name
└── it says every id that a test or a contract names
*/
describe("docs/invariants.md", () => {
  it("counts the ids of each part from 1, and says each once", () => {
    const counted = partsOf(IDS).flatMap((part) => {
      const ofPart = IDS.filter((id) => partOf(id) === part);
      return ofPart.map((_, i) => `${part}-${i + 1}`);
    });
    expect(IDS).to.deep.equal(counted).and.to.not.deep.equal([]);
  });

  it("says no id that a test does not name", () => {
    const named = namedBelow("test");
    expect(IDS.filter((id) => !named.has(id))).to.deep.equal([]);
  });

  it("says every id that a test or a contract names", () => {
    for (const folder of ["test", "contracts"]) {
      const unknown = [...namedBelow(folder)].filter(([id]) => !IDS.includes(id));
      expect(unknown, folder).to.deep.equal([]);
    }
  });
});

/** The ids that files below `folder` name, each with one of the files. */
function namedBelow(folder: string): Map<string, string> {
  const files = readdirSync(resolve(ROOT, folder), { recursive: true, encoding: "utf8" });
  // a name in Solidity has no place for the hyphen
  const ids = new RegExp(`(?<![A-Za-z0-9])(${partsOf(IDS).join("|")})-?(\\d+)(?![0-9])`, "g");
  return new Map(
    files
      .filter((file) => /\.(ts|sol)$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(resolve(ROOT, folder, file), "utf8");
        return [...text.matchAll(ids)].map(([, part, number]) => [`${part}-${number}`, file]);
      }),
  );
}

function partsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.map(partOf))];
}

function partOf(id: string): string {
  return id.split("-")[0];
}
