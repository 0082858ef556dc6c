import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";

import { TIMELOCK_ROLES } from "../../deploy/access";
import { proposalOf } from "../shared/votes";
import type { IProtocolGovernor } from "../../typechain-types/contracts/governance/ProtocolGovernor";

export const DAY = 86_400n;
export const SUPPLY = 10n ** 27n;
/** What a proposer needs. */
export const THRESHOLD = SUPPLY / 1_000n;
/** Just what the quorum asks for. */
export const QUORUM = SUPPLY / 25n;

/** Numbers within the governor's bounds. */
export const SETTINGS = {
  votingDelay: DAY,
  votingPeriod: 3n * DAY,
  proposalThreshold: THRESHOLD,
  quorumPercent: 4n,
  voteExtension: 2n * DAY,
  guardian: ethers.ZeroAddress,
};

/**
 * Token, timelock and governor as the modules deploy them. `voter` holds 60 % of the supply, `other` 36 % and `small`
 * just the quorum; all have delegated to themselves. A proposal mints a token to `treasury`.
 */
export async function governorFixture() {
  const [deployer, voter, other, small, guardian, treasury, stranger] = await ethers.getSigners();
  const ergonToken = await ethers.deployContract("ErgonToken", [
    [
      { holder: voter.address, amount: (SUPPLY * 60n) / 100n },
      { holder: other.address, amount: (SUPPLY * 36n) / 100n },
      { holder: small.address, amount: QUORUM },
    ],
  ]);
  const timelock = await ethers.deployContract("ProtocolTimelock", [
    2n * DAY,
    [],
    [ethers.ZeroAddress],
    deployer.address,
  ]);
  const settings = { ...SETTINGS, guardian: guardian.address };
  const governor = await deployGovernor(ergonToken, timelock, settings);
  await timelock.grantRole(TIMELOCK_ROLES.PROPOSER, governor);
  await timelock.grantRole(TIMELOCK_ROLES.CANCELLER, governor);
  await timelock.renounceRole(TIMELOCK_ROLES.DEFAULT_ADMIN, deployer);
  for (const holder of [voter, other, small]) await ergonToken.connect(holder).delegate(holder);
  await time.increase(1n);

  const target = await ethers.deployContract("MockERC20", ["Test Dollar", "TUSD", 6]);
  const data = target.interface.encodeFunctionData("mint", [treasury.address, 1n]);
  const proposal = proposalOf([{ target, data }]);
  const actors = { deployer, voter, other, small, guardian, treasury, stranger };
  return { ...actors, ergonToken, timelock, governor, target, data, proposal };
}

/** A governor that the timelock gave no role. */
export function deployGovernor(
  ergonToken: Parameters<typeof ethers.resolveAddress>[0],
  timelock: Parameters<typeof ethers.resolveAddress>[0],
  settings: IProtocolGovernor.SettingsStruct,
) {
  return ethers.deployContract("ProtocolGovernor", [ergonToken, timelock, settings]);
}
