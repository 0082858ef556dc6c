import { MaxUint256 } from "ethers";
import { ethers } from "hardhat";
import { asHex, challengeJobCall, getGame, parseGameEvent } from "../../sdk/src/index";
import type { Call, Descent, GameRecord, JobRecord } from "../../sdk/src/index";
import type { TransactionReceipt } from "ethers";
import type { Arena } from "./arena";

const CLAIMS = 10n ** 9n;

/** A contract wallet with claims that the verifier may pull. */
export interface ContractWallet {
  /** Makes a call from the wallet. */
  execute(call: Call): Promise<TransactionReceipt | null>;
  challenge(job: JobRecord, descent: Descent): Promise<GameRecord>;
}

/** A contract wallet of the challenger. */
export async function deployWallet(arena: Arena): Promise<ContractWallet> {
  const { addresses, challenger, ledger, token, optimisticVerifier, tokenAddress } = arena;
  const wallet = await ethers.deployContract("OwnedMaker", [challenger, 0n]);
  const execute: ContractWallet["execute"] = async ({ to, data }) =>
    (await wallet.execute(to, data)).wait();
  await token.mint(challenger, CLAIMS);
  await token.connect(challenger).approve(ledger, CLAIMS);
  await ledger.connect(challenger).deposit(token, CLAIMS, wallet);
  const { data, to } = await ledger.approve.populateTransaction(
    optimisticVerifier,
    BigInt(tokenAddress),
    MaxUint256,
  );
  await execute({ to: asHex(to), data: asHex(data) });
  return {
    execute,
    challenge: async (job, descent) => {
      const parameters = { job, descent, maxBond: MaxUint256 };
      const receipt = await execute(challengeJobCall(addresses, parameters));
      for (const log of receipt?.logs ?? []) {
        const event = parseGameEvent(log);
        if (event?.name === "Challenged") return getGame(arena.players.stranger, event);
      }
      throw new Error("the challenge left no event");
    },
  };
}
