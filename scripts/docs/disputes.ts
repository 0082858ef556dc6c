import { writeFileSync } from "node:fs";
import { resolve } from "node:path";

import { economicClaims } from "../checks/economics/claims";
import {
  claimsList,
  crowdingTable,
  deterrenceTable,
  gameSection,
  overloadTables,
  timesTable,
} from "../checks/economics/tables";
import { fillMarks } from "./marks";
import { readMeasured } from "./measured";
import type { Measured } from "./measured";

const PAGE = resolve(__dirname, "../../docs/disputes.md");

/** The page on disputes with what is measured and computed; as it is committed, if nothing changed. */
export async function renderDisputes(measured: Measured): Promise<string> {
  const parts: Readonly<Record<string, string>> = {
    times: timesTable(),
    game: gameSection(measured.game),
    claims: claimsList(economicClaims(measured.overload)),
    deterrence: deterrenceTable(),
    crowding: crowdingTable(),
    overload: overloadTables(measured),
  };
  return fillMarks(PAGE, parts);
}

async function main(): Promise<void> {
  writeFileSync(PAGE, await renderDisputes(readMeasured()));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
