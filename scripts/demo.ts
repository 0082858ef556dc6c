import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Option } from "commander";

import { playData } from "./demo/acts/data";
import { playDispute } from "./demo/acts/dispute";
import { playFinance } from "./demo/acts/finance";
import { playMarket } from "./demo/acts/market";
import { playRead } from "./demo/acts/read";
import { withStage } from "./demo/stage";
import type { Stage } from "./demo/stage";
import { createCommand, runCommand } from "./shared/cli";

/** Acts by name, in the order in which they are played on one chain. */
const ACTS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  market: playMarket,
  read: playRead,
  dispute: playDispute,
  finance: playFinance,
  data: playData,
};

const command = createCommand("demo", "Play the protocol's acts on a chain of their own.")
  .addOption(
    new Option("--act <name...>", "acts to play; all unless given").choices(Object.keys(ACTS)),
  )
  .action(({ act }: { readonly act?: string[] }) => withStage((stage) => play(stage, act)));

async function play(stage: Stage, chosen = Object.keys(ACTS)): Promise<void> {
  for (const name of Object.keys(ACTS).filter((act) => chosen.includes(act))) {
    console.log(`\n== ${name}`);
    const folder = join(stage.folder, name);
    await mkdir(folder);
    await ACTS[name]({ ...stage, folder });
  }
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
