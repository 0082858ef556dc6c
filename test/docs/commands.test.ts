import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { scripts } from "../../package.json";

const ROOT = resolve(__dirname, "../..");
const PAGE = "docs/commands.md";
/** Folders without pages of the project. */
const FOREIGN =
  /(^|\/)(node_modules|artifacts|cache|coverage|typechain-types|local)(\/|$)|(^|\/)\./;

/*
Markdown pages
├── they tell of every script of package.json, and of no other
└── docs/commands.md tells of every option of the commands, and of no other
*/
describe("Markdown pages", () => {
  it("tell of every script of package.json, and of no other", () => {
    const told = pages().flatMap((page) =>
      [...read(page).matchAll(/npm (?:run (?:--silent )?|(?=test))([a-z][\w:-]*)/g)].map(
        ([, name]) => name,
      ),
    );
    expect([...new Set(told)].sort()).to.deep.equal(Object.keys(scripts).sort());
  });

  it("docs/commands.md tells of every option of the commands, and of no other", () => {
    const rows = read(PAGE).match(/^\| `--.*$/gm) ?? [];
    const told = rows.flatMap((row) => flagsIn(row.split("|")[1], /`(--[a-z-]+)/g));
    const sources = ["scripts/shared/chain.ts", "scripts/shared/terms.ts", ...commandFiles()];
    const taken = sources.flatMap((file) => flagsIn(read(file), /"(--[a-z-]+)/g));
    expect([...new Set(told)].sort()).to.deep.equal([...new Set(taken)].sort());
  });
});

/** The files of the commands, each of which is one script. */
function commandFiles(): string[] {
  const files = readdirSync(resolve(ROOT, "scripts"));
  return files.filter((file) => file.endsWith(".ts")).map((file) => `scripts/${file}`);
}

function flagsIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, flag]) => flag);
}

function pages(folder = ""): string[] {
  return readdirSync(resolve(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (FOREIGN.test(path)) return [];
    if (entry.isDirectory()) return pages(path);
    return path.endsWith(".md") ? [path] : [];
  });
}

function read(file: string): string {
  return readFileSync(resolve(ROOT, file), "utf8");
}
