import { Option } from "commander";

import { playMarket } from "./demo/acts/market";
import { withStage } from "./demo/stage";
import type { Stage } from "./demo/stage";
import { createCommand, runCommand } from "./shared/cli";

/** Acts by name: what each plays on a fresh chain with the protocol deployed. */
const ACTS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  market: playMarket,
};

const command = createCommand("demo", "Play an act of the protocol on a chain of its own.")
  .addOption(new Option("--act <name>", "act to play").choices(Object.keys(ACTS)).default("market"))
  .action(({ act }: { readonly act: string }) => withStage(ACTS[act]));

void runCommand(command);
