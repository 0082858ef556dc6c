import { toBeHex } from "ethers";
import type { Wallet } from "ethers";

import { withAccount, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { openKeystore } from "./shared/keystore";
import { fields, printResult } from "./shared/output";
import { address, bigNumber } from "./shared/values";
import { accountOf, registerGpu, setGpuOperator } from "../sdk/src/index";
import type { Address } from "../sdk/src/index";

interface GpuOptions extends ChainOptions, AccountOptions {
  readonly device: string;
  readonly devicePasswordFile?: string;
  readonly class: string;
  readonly memory: bigint;
  readonly uri?: string;
  readonly operator?: Address;
}

const command = withAccount(
  createCommand("register-gpu", "Register a GPU, which the account then owns and operates."),
)
  .requiredOption(
    "--device <file>",
    "encrypted keystore of the key that stays on the GPU's machine",
  )
  .option("--device-password-file <file>", "file whose first line is that keystore's password")
  .requiredOption("--class <name>", "short name of the kind of hardware, such as h200")
  .requiredOption("--memory <MiB>", "memory in MiB", bigNumber)
  .option("--uri <uri>", "where the GPU is described")
  .option(
    "--operator <address>",
    "who may offer jobs on it, such as a vault; the account unless given",
    address,
  )
  .action(register);

async function register(options: GpuOptions): Promise<void> {
  const { class: hardwareClass, memory: memoryMiB, uri, operator } = options;
  const device: Wallet = await openKeystore(options.device, options.devicePasswordFile);
  await withSigner(options, async ({ client, json }) => {
    const outcome = await registerGpu(client, { device, hardwareClass, memoryMiB, uri });
    const { gpuId } = outcome;
    if (operator !== undefined) await setGpuOperator(client, { gpuId, operator });
    const result = {
      gpuId,
      device: device.address,
      owner: await accountOf(client),
      operator: operator ?? (await accountOf(client)),
      transaction: outcome.transaction.hash,
      gas: outcome.transaction.gasUsed,
    };
    printResult(json, result, fields({ ...result, gpuId: toBeHex(gpuId, 20) }));
  });
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
