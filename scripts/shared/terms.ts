import { Option } from "commander";
import type { Command } from "commander";

import { ZERO_ADDRESS } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import { CLASSES, address, bigNumber, decimalAmount } from "./values";

/** What asks and bids have in common. */
export interface TermsOptions {
  readonly token?: Address;
  readonly price: string;
  readonly bond?: string;
  readonly turnaround: bigint;
  readonly class: keyof typeof CLASSES;
  readonly verifier: Address;
  readonly gpu: bigint;
  readonly out?: string;
}

/** Adds the options of a command that makes an order. */
export function withTerms(command: Command): Command {
  return command
    .option("--token <address>", "payment token (default: the deployment's first)", address)
    .requiredOption("--price <amount>", "whole tokens a unit, such as 0.001", decimalAmount)
    .option("--bond <amount>", "whole tokens a unit (default: the price)", decimalAmount)
    .option("--turnaround <seconds>", "from fill to deadline", bigNumber, 3_600n)
    .addOption(
      new Option("--class <class>", "how long an output can be contested")
        .choices(Object.keys(CLASSES))
        .default("standard"),
    )
    .option("--verifier <address>", "judge of disputes; zero for none", address, ZERO_ADDRESS)
    .option("--gpu <id>", "GPU, by the number or address that is its id; 0 for none", BigInt, 0n)
    .option("--out <file>", "also write the result to a file");
}
