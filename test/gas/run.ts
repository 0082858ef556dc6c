import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Table from "cli-table3";

import { BARS } from "./bars";
import type { Bar } from "./bars";
import { measureAll } from "./cases";
import type { Gas } from "./measure";

/** One line of the committed figures. */
type Entry = Omit<Bar, "id"> & { readonly id: string; readonly gas: number };

const FIGURES = join(__dirname, "../../docs/gas.json");

/** How far above its committed figure a measurement may be. */
const TOLERANCE = 1.02;

async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  const measured = await measureAll();
  const entries = BARS.map(({ id, bar, stretch, peer }) => {
    return { id, gas: Number(gasFor(measured, id).used), bar, stretch, peer };
  });
  console.log(draw(entries, measured));
  if (!check) {
    writeFileSync(FIGURES, `${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  const faults = faultsOf(entries, committed());
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

function faultsOf(entries: readonly Entry[], before: readonly Entry[]): string[] {
  return entries.flatMap(({ id, gas, bar }) => {
    const figure = before.find((entry) => entry.id === id)?.gas;
    if (figure === undefined) return [`${id} is not in docs/gas.json: run npm run gas`];
    // a bar that was missed when the figure was committed is guarded by that figure
    if (gas > bar && figure <= bar) return [`${id}: ${gas} gas is above its bar of ${bar}`];
    if (gas > figure * TOLERANCE) return [`${id}: ${gas} gas is over 2 % above ${figure}`];
    return [];
  });
}

function committed(): readonly Entry[] {
  return JSON.parse(readFileSync(FIGURES, "utf8")) as Entry[];
}

function draw(entries: readonly Entry[], measured: ReadonlyMap<string, Gas>): string {
  const head = ["work", "gas", "40-gas floor", "bar", "stretch", "best peer", ""];
  const table = new Table({
    head,
    colAligns: ["left", "right", "right", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { id, gas, bar, stretch, peer } of entries) {
    const verdict = gas > bar ? "above the bar" : gas > (stretch ?? 0) ? "within" : "stretch";
    const floored = gasFor(measured, id).floored;
    table.push([id, gas, `${floored}`, bar, stretch ?? "-", peer ?? "-", verdict]);
  }
  return table.toString();
}

function gasFor(measured: ReadonlyMap<string, Gas>, id: string): Gas {
  const gas = measured.get(id);
  if (gas === undefined) throw new Error(`nothing measures ${id}`);
  return gas;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
