import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { ZeroAddress } from "ethers";

import { compare, readEvents } from "./findings";
import type { AddressBook } from "../addresses";
import type { ProtocolParameters } from "../parameters";

type Governance = ProtocolParameters["Governance"];

interface Holding {
  readonly holder: string;
  readonly amount: number | bigint;
}

/** Each number, contract and guardian of the governor that was not asked for, and each holder of votes. */
export async function checkVotes(
  hre: HardhatRuntimeEnvironment,
  book: AddressBook,
  governance: Governance,
): Promise<string[]> {
  return [
    ...(await checkGovernor(hre, book, governance)),
    ...(await checkSupply(hre, book, governance)),
  ];
}

async function checkGovernor(
  hre: HardhatRuntimeEnvironment,
  { contracts }: AddressBook,
  governance: Governance,
): Promise<string[]> {
  const governor = await hre.ethers.getContractAt("ProtocolGovernor", contracts.governor);
  return compare(
    [
      `the governor counts votes of ErgonToken ${await governor.token()}`,
      `the governor acts through ProtocolTimelock ${await governor.timelock()}`,
      `${await governor.proposalGuardian()} may cancel proposals`,
      `a vote begins ${await governor.votingDelay()} s after its proposal`,
      `a vote lasts ${await governor.votingPeriod()} s`,
      `a vote goes on for ${await governor.lateQuorumVoteExtension()} s after its quorum`,
      `a proposer needs ${await governor.proposalThreshold()} votes`,
      `the quorum is ${await governor["quorumNumerator()"]()} per cent`,
    ],
    [
      `the governor counts votes of ErgonToken ${contracts.ergonToken}`,
      `the governor acts through ProtocolTimelock ${contracts.timelock}`,
      `${governance.guardian} may cancel proposals`,
      `a vote begins ${governance.votingDelay} s after its proposal`,
      `a vote lasts ${governance.votingPeriod} s`,
      `a vote goes on for ${governance.voteExtension} s after its quorum`,
      `a proposer needs ${governance.proposalThreshold} votes`,
      `the quorum is ${governance.quorumPercent} per cent`,
    ],
  );
}

/** By what was made, since a holder may have passed its tokens on. */
async function checkSupply(
  hre: HardhatRuntimeEnvironment,
  { contracts, fromBlock }: AddressBook,
  { holdings }: Governance,
): Promise<string[]> {
  const token = await hre.ethers.getContractAt("ErgonToken", contracts.ergonToken);
  const made = (await readEvents(hre, token, fromBlock))
    .filter(({ name, args }) => name === "Transfer" && args.from === ZeroAddress)
    .map(({ args }) => ({ holder: String(args.to), amount: BigInt(args.value) }));
  return compare(holdingTerms(made), holdingTerms(holdings));
}

function holdingTerms(holdings: readonly Holding[]): string[] {
  const sums = new Map<string, bigint>();
  for (const { holder, amount } of holdings) {
    sums.set(holder, (sums.get(holder) ?? 0n) + BigInt(amount));
  }
  return [...sums].map(([holder, sum]) => `${holder} got ${sum} votes`);
}
