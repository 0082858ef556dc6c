import { Argument } from "commander";

import { createCommand, runCommand } from "../shared/cli";
import { loadConfig, loadWatchConfig } from "../../worker/src/config/load";
import { runUntilSignal } from "../../worker/src/untilSignal";
import { runWatch } from "../../worker/src/watch/watch";
import { runWorker } from "../../worker/src/worker";
import type { Hex } from "../../tensor/src/index";
import { lyingAbout } from "./lie";

interface LiarOptions {
  readonly config: string;
  readonly about: Hex;
}

const ROLES: Readonly<Record<string, (options: LiarOptions) => Promise<void>>> = {
  run: async (options) => {
    const config = loadConfig(options.config);
    const compute = lyingAbout(options.about);
    await runUntilSignal(config, config, (parts) =>
      runWorker({ ...parts, config, takesBids: true, compute }),
    );
  },
  watch: async (options) => {
    const config = loadWatchConfig(options.config);
    const compute = lyingAbout(options.about);
    await runUntilSignal(config, config.watch, (parts) => runWatch({ ...parts, config, compute }));
  },
};

const command = createCommand("liar", "A worker, or a watcher, that is wrong about one answer.")
  .addArgument(new Argument("<role>", "what it does otherwise").choices(Object.keys(ROLES)))
  .requiredOption("--config <file>", "its configuration")
  .requiredOption(
    "--about <id>",
    "tensor id of the input to which it holds a false answer for true",
  )
  .action((role: string, options: LiarOptions) => ROLES[role](options));

void runCommand(command);
