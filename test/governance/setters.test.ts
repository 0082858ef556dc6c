import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import type { BaseContract } from "ethers";

import { ACCESS_ROLES, TIMELOCK_ROLES } from "../../deploy/access";
import { deployableContracts, outcomeOf } from "../deploy/abi";
import { datasetContracts, protocolFixture } from "../deploy/fixture";
import { delegateToSelf, pass, proposalOf } from "../shared/votes";

/*
Votes
├── for each function that only governance may call
│  └── it does what holders voted for
└── no such function is missing
*/
describe("Votes", () => {
  async function votesFixture() {
    const base = await protocolFixture();
    await delegateToSelf(base);
    const { contracts } = base.book;
    const loanBook = await ethers.getContractAt("LoanBook", contracts.loanBook);
    return { ...base, loanBook };
  }
  type Protocol = Awaited<ReturnType<typeof votesFixture>>;

  /** What a vote calls, and what then shows that it was done. */
  interface Row {
    readonly contract:
      "orderBook" | "jobEscrow" | "loanBook" | "accessManager" | "timelock" | "governor";
    readonly name: string;
    readonly args: (protocol: Protocol) => unknown[];
    readonly event?: { readonly name: string; readonly args: (protocol: Protocol) => unknown[] };
    /** For acts that nothing calls for on a fresh chain: what the contract itself says to the timelock. */
    readonly error?: { readonly name: string; readonly args: (protocol: Protocol) => unknown[] };
    /** Whose event or error it is, if it is not the contract's own. */
    readonly of?: "orderBook";
  }

  const TERMS = {
    listed: true,
    scale: 1n,
    bondMultipleBps: 30_000n,
    ...{ longestGameFast: 1n, longestGameStandard: 2n, longestGameHigh: 3n },
    ...{ bondFloorFast: 4n, bondFloorStandard: 5n, bondFloorHigh: 6n },
    fastPriceCap: 7n,
  };
  const PRICES = { fast: 1n, standard: 2n, high: 3n };
  const CLASS = ethers.encodeBytes32String("h300");
  const MODEL = ethers.id("model");
  const DAY = 86_400n;
  const someone = ({ stranger }: Protocol) => stranger.address;
  const setFee = ({ orderBook }: Protocol) => orderBook.interface.getFunction("setFee").selector;
  const told = (name: string, args: (protocol: Protocol) => unknown[]) => ({
    event: { name, args },
  });

  const ROWS: readonly Row[] = [
    {
      ...{ contract: "orderBook", name: "setVerifierTerms" },
      args: (p) => [p.book.contracts.token, someone(p), TERMS],
      ...told("VerifierTermsSet", (p) => [
        p.book.contracts.token,
        someone(p),
        Object.values(TERMS),
      ]),
    },
    {
      ...{ contract: "orderBook", name: "setDemandPrices" },
      args: (p) => [p.book.contracts.token, PRICES],
      ...told("DemandPricesSet", (p) => [p.book.contracts.token, Object.values(PRICES)]),
    },
    {
      ...{ contract: "orderBook", name: "setFee", args: () => [250n] },
      ...told("FeeSet", () => [250n]),
    },
    {
      ...{ contract: "orderBook", name: "setMirrored", args: () => [MODEL, true] },
      ...told("MirroredSet", () => [MODEL, true]),
    },
    {
      ...{ contract: "jobEscrow", name: "restoreHeldBond", args: () => [1n] },
      error: { name: "VerdictsNothingHeld", args: () => [1n] },
    },
    {
      ...{ contract: "loanBook", name: "setCurve", args: () => [CLASS, [{ age: 0n, bps: 5n }]] },
      ...told("CurveSet", () => [CLASS, [[0n, 5n]]]),
    },
    {
      ...{ contract: "loanBook", name: "setAdvanceFee", args: () => [7n] },
      ...told("AdvanceFeeSet", () => [7n]),
    },
    {
      ...{ contract: "loanBook", name: "slashCustodian", args: () => [1n, 1n] },
      error: { name: "LoansWrongStatus", args: () => [1n, 0n] },
    },
    {
      ...{ contract: "accessManager", name: "labelRole", args: () => [9n, "NINE"] },
      ...told("RoleLabel", () => [9n, "NINE"]),
    },
    {
      ...{ contract: "accessManager", name: "grantRole" },
      args: (p) => [ACCESS_ROLES.GUARDIAN, someone(p), 0n],
      ...told("RoleGranted", (p) => [ACCESS_ROLES.GUARDIAN, someone(p), 0n, anything, true]),
    },
    {
      ...{ contract: "accessManager", name: "revokeRole" },
      args: (p) => [ACCESS_ROLES.GUARDIAN, p.guardian.address],
      ...told("RoleRevoked", (p) => [ACCESS_ROLES.GUARDIAN, p.guardian.address]),
    },
    {
      ...{ contract: "accessManager", name: "setRoleAdmin", args: () => [1n, 9n] },
      ...told("RoleAdminChanged", () => [1n, 9n]),
    },
    {
      ...{ contract: "accessManager", name: "setRoleGuardian", args: () => [1n, 9n] },
      ...told("RoleGuardianChanged", () => [1n, 9n]),
    },
    {
      ...{ contract: "accessManager", name: "setGrantDelay", args: () => [1n, DAY] },
      ...told("RoleGrantDelayChanged", () => [1n, DAY, anything]),
    },
    {
      ...{ contract: "accessManager", name: "setTargetAdminDelay" },
      args: (p) => [p.book.contracts.orderBook, DAY],
      ...told("TargetAdminDelayUpdated", (p) => [p.book.contracts.orderBook, DAY, anything]),
    },
    {
      ...{ contract: "accessManager", name: "setTargetClosed" },
      args: (p) => [p.book.contracts.orderBook, true],
      ...told("TargetClosed", (p) => [p.book.contracts.orderBook, true]),
    },
    {
      ...{ contract: "accessManager", name: "setTargetFunctionRole" },
      args: (p) => [p.book.contracts.orderBook, [setFee(p)], 9n],
      ...told("TargetFunctionRoleUpdated", (p) => [p.book.contracts.orderBook, setFee(p), 9n]),
    },
    {
      ...{ contract: "accessManager", name: "updateAuthority" },
      args: (p) => [p.book.contracts.orderBook, p.book.contracts.ledger],
      ...told("AuthorityUpdated", (p) => [p.book.contracts.ledger]),
      of: "orderBook",
    },
    {
      ...{ contract: "timelock", name: "updateDelay", args: () => [3n * DAY] },
      ...told("MinDelayChange", () => [2n * DAY, 3n * DAY]),
    },
    {
      ...{ contract: "timelock", name: "grantRole" },
      args: (p) => [TIMELOCK_ROLES.PROPOSER, someone(p)],
      ...told("RoleGranted", (p) => [
        TIMELOCK_ROLES.PROPOSER,
        someone(p),
        p.book.contracts.timelock,
      ]),
    },
    {
      ...{ contract: "timelock", name: "revokeRole" },
      args: (p) => [TIMELOCK_ROLES.CANCELLER, p.book.contracts.governor],
      ...told("RoleRevoked", (p) => [
        TIMELOCK_ROLES.CANCELLER,
        p.book.contracts.governor,
        p.book.contracts.timelock,
      ]),
    },
    {
      ...{ contract: "governor", name: "setVotingDelay", args: () => [3n * DAY] },
      ...told("VotingDelaySet", () => [DAY, 3n * DAY]),
    },
    {
      ...{ contract: "governor", name: "setVotingPeriod", args: () => [7n * DAY] },
      ...told("VotingPeriodSet", () => [3n * DAY, 7n * DAY]),
    },
    {
      ...{ contract: "governor", name: "setProposalThreshold", args: () => [0n] },
      ...told("ProposalThresholdSet", (p) => [p.parameters.Governance.proposalThreshold, 0n]),
    },
    {
      ...{ contract: "governor", name: "updateQuorumNumerator", args: () => [20n] },
      ...told("QuorumNumeratorUpdated", () => [4n, 20n]),
    },
    {
      ...{ contract: "governor", name: "setLateQuorumVoteExtension", args: () => [3n * DAY] },
      ...told("LateQuorumVoteExtensionSet", () => [DAY, 3n * DAY]),
    },
    {
      ...{ contract: "governor", name: "setProposalGuardian", args: (p) => [someone(p)] },
      ...told("ProposalGuardianSet", (p) => [p.guardian.address, someone(p)]),
    },
    {
      ...{ contract: "governor", name: "relay" },
      args: (p) => [
        p.book.contracts.ergonToken,
        0n,
        p.ergonToken.interface.encodeFunctionData("delegate", [someone(p)]),
      ],
      ...told("ProposalExecuted", () => [anything]),
    },
  ];

  for (const row of ROWS) {
    it(`do what holders voted for: ${row.name} of the ${row.contract}`, async () => {
      const protocol = await loadFixture(votesFixture);
      const target: BaseContract = protocol[row.contract];
      const data = target.interface.encodeFunctionData(row.name, row.args(protocol));
      const proposal = proposalOf([{ target, data }]);
      await pass(protocol, proposal);
      const emitter: BaseContract = protocol[row.of ?? row.contract];
      const execution = protocol.governor.execute(...proposal.named);
      if (row.error !== undefined) {
        await expect(execution)
          .to.be.revertedWithCustomError(emitter, row.error.name)
          .withArgs(...row.error.args(protocol));
      } else if (row.event !== undefined) {
        await expect(execution)
          .to.emit(emitter, row.event.name)
          .withArgs(...row.event.args(protocol));
      }
    });
  }

  it("leave out no function that only governance may call (GV-7)", async () => {
    const protocol = await loadFixture(votesFixture);
    const { book, stranger, accessManager, stakeVaultFactory, dataDaoFactory } = protocol;
    const reserved: string[] = [];
    const deployed = Object.entries({
      ...book.contracts,
      stakeVault: await stakeVaultFactory.IMPLEMENTATION(),
      ...(await datasetContracts(dataDaoFactory)),
    });
    for (const [name, functions] of await deployableContracts()) {
      if (OF_DATASETS.includes(name)) continue;
      const [key, address] = deployed.find(([it]) => isNameOf(name, it)) ?? [];
      if (key === undefined || address === undefined) throw new Error(`where is ${name}?`);
      for (const fragment of functions) {
        const outcome = await outcomeOf(address, fragment, stranger.address);
        const role = await accessManager.getTargetFunctionRole(address, fragment.selector);
        // a function with a role of its own is not governance's but through AccessManager.grantRole
        if (isReserved(outcome) && role === ACCESS_ROLES.ADMIN)
          reserved.push(`${key}.${fragment.name}`);
      }
    }
    const rows = ROWS.map(({ contract, name }) => `${contract}.${name}`);
    // set by AccessManager.updateAuthority
    const others = ["jobEscrow", "orderBook", "loanBook"].map((key) => `${key}.setAuthority`);
    expect(reserved).to.have.members([...rows, ...others]);
  });
});

/** What asks for votes as well, but for those of a dataset's own shares. */
const OF_DATASETS = ["DataGovernor", "DataTimelock"];

const anything = () => true;

/** The address book's keys are the contracts' names, or what is left of them without "Protocol". */
function isNameOf(contract: string, key: string): boolean {
  const [a, b] = [contract.toLowerCase(), key.toLowerCase()];
  return a === b || a === `protocol${b}`;
}

/** Whether a call was refused because governance did not make it. */
function isReserved(outcome: string): boolean {
  const selector = (signature: string) => ethers.id(signature).slice(0, 10);
  const role = ethers.dataLength(outcome) === 68 ? ethers.dataSlice(outcome, 36) : undefined;
  switch (ethers.dataLength(outcome) < 4 ? "" : ethers.dataSlice(outcome, 0, 4)) {
    case selector("AccessManagedUnauthorized(address)"):
    case selector("GovernorOnlyExecutor(address)"):
    case selector("TimelockUnauthorizedCaller(address)"):
      return true;
    case selector("AccessManagerUnauthorizedAccount(address,uint64)"):
      return role === ethers.toBeHex(ACCESS_ROLES.ADMIN, 32);
    case selector("AccessControlUnauthorizedAccount(address,bytes32)"):
      return role === TIMELOCK_ROLES.DEFAULT_ADMIN;
    default:
      return false;
  }
}
