import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { encodeBytes32String, id } from "ethers";
import type { Interface } from "ethers";

import { abi, asAddress, asHex, duration, explainCall } from "../../../sdk/src/index";
import type { Deployment, ProposedCall } from "../../../sdk/src/index";
import { protocolFixture } from "../../deploy/fixture";

const STRANGER = asAddress(`0x${"12".repeat(20)}`);
const TERMS = {
  listed: true,
  scale: 3n,
  bondMultipleBps: 20_050n,
  ...{ longestGameFast: 44_400n, longestGameStandard: 86_400n, longestGameHigh: 0n },
  ...{ bondFloorFast: 125_000n, bondFloorStandard: 1n, bondFloorHigh: 0n },
  fastPriceCap: 2n,
};

/*
explainCall
├── it names contract, function and arguments, and tells numbers in units that people know
├── given a known payment token: it tells amounts in whole tokens
├── given another payment token: it tells units
├── given a list that is empty: it says so
├── it names roles and functions, and quotes text
├── given a relay: it tells what is relayed too
└── given a stranger, an unknown function or arguments that do not decode: it names none
duration tells days, hours, minutes and seconds
*/
describe("explainCall", () => {
  async function explainFixture() {
    const { contracts } = (await protocolFixture()).book;
    const token = { address: contracts.token, symbol: "TUSD", decimals: 6 };
    const deployment: Deployment = { contracts, tokens: [token] };
    const told = (call: ProposedCall) => explainCall(call, deployment);
    return { contracts, deployment, told };
  }

  it("names contract, function and arguments, and tells numbers in units that people know", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const fee = { to: contracts.orderBook, data: encode(abi.orderBook, "setFee", [250n]) };
    expect(told(fee)).to.deep.equal({
      ...{ ...fee, value: 0n, contract: "orderBook", functionName: "setFee" },
      args: [{ name: "feeBps", value: "2.5 %" }],
    });
    for (const [name, value, words] of [
      ["setVotingDelay", 90_061n, "1 day 1 hour 1 minute 1 second"],
      ["setVotingPeriod", 432_000n, "5 days"],
      ["setLateQuorumVoteExtension", 0n, "0 seconds"],
      ["updateQuorumNumerator", 5n, "5 % of the supply"],
      ["setProposalThreshold", 15n * 10n ** 17n, "1.5 ERGON"],
      ["setProposalGuardian", contracts.timelock, `timelock (${contracts.timelock})`],
      ["setProposalGuardian", STRANGER, STRANGER],
      ["setProposalGuardian", `0x${"0".repeat(40)}`, "nobody"],
    ] as const) {
      const data = encode(abi.governor, name, [value]);
      const { args, functionName } = told({ to: contracts.governor, data });
      expect(functionName).to.equal(name);
      expect(args.map((it) => it.value)).to.deep.equal([words]);
    }
  });

  it("tells amounts in whole tokens, given a known payment token", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const { token, optimisticVerifier, orderBook } = contracts;
    const args = [token, optimisticVerifier, TERMS];
    const data = encode(abi.orderBook, "setVerifierTerms", args);
    expect(told({ to: orderBook, data }).args).to.deep.equal([
      { name: "token", value: `token (${token})` },
      { name: "verifier", value: `optimisticVerifier (${optimisticVerifier})` },
      { name: "terms.listed", value: "yes" },
      { name: "terms.scale", value: "3" },
      { name: "terms.bondMultipleBps", value: "200.5 %" },
      { name: "terms.longestGameFast", value: "12 hours 20 minutes" },
      { name: "terms.longestGameStandard", value: "1 day" },
      { name: "terms.longestGameHigh", value: "0 seconds" },
      { name: "terms.bondFloorFast", value: "1.0 TUSD" },
      { name: "terms.bondFloorStandard", value: "0.000008 TUSD" },
      { name: "terms.bondFloorHigh", value: "0.0 TUSD" },
      { name: "terms.fastPriceCap", value: "0.000016 TUSD" },
    ]);
  });

  it("tells units, given another payment token", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const prices = { fast: 5n, standard: 6n, high: 7n };
    const data = encode(abi.orderBook, "setDemandPrices", [STRANGER, prices]);
    const { args } = told({ to: contracts.orderBook, data });
    expect(args.map(({ value }) => value)).to.deep.equal([
      ...[STRANGER, "5 units of the token", "6 units of the token", "7 units of the token"],
    ]);
  });

  it("tells each item of a list, and says so given an empty one", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const points = [
      { age: 0n, bps: 10_000n },
      { age: 86_400n, bps: 1n },
    ];
    const data = encode(abi.loanBook, "setCurve", [encodeBytes32String("h100"), points]);
    expect(told({ to: contracts.loanBook, data }).args).to.deep.equal([
      { name: "hardwareClass", value: "h100" },
      { name: "points[0].age", value: "0 seconds" },
      { name: "points[0].bps", value: "100 %" },
      { name: "points[1].age", value: "1 day" },
      { name: "points[1].bps", value: "0.01 %" },
    ]);
    const moving = encode(abi.loanBook, "setCurve", [encodeBytes32String("\u001b[2J"), []]);
    const [{ value: word }] = told({ to: contracts.loanBook, data: moving }).args;
    expect(word).to.equal(encodeBytes32String("\u001b[2J"));
    const none = encode(abi.loanBook, "setCurve", [id("no text"), []]);
    expect(told({ to: contracts.loanBook, data: none }).args).to.deep.equal([
      { name: "hardwareClass", value: id("no text") },
      { name: "points", value: "none" },
    ]);
  });

  it("names roles and functions, and quotes text", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const { accessManager, timelock, orderBook } = contracts;
    const setFee = abi.orderBook.getFunction("setFee").selector;
    const functionRole = [orderBook, [setFee, "0x12345678"], 1n];
    const data = encode(abi.accessManager, "setTargetFunctionRole", functionRole);
    expect(told({ to: accessManager, data }).args).to.deep.equal([
      { name: "target", value: `orderBook (${orderBook})` },
      { name: "selectors[0]", value: "setFee" },
      { name: "selectors[1]", value: "0x12345678" },
      { name: "roleId", value: "GUARDIAN" },
    ]);
    for (const [roleId, words] of [
      [0n, "ADMIN"],
      [9n, "role 9"],
      [2n ** 64n - 1n, "everybody"],
    ] as const) {
      const grant = encode(abi.accessManager, "grantRole", [roleId, timelock, 60n]);
      const values = told({ to: accessManager, data: grant }).args.map(({ value }) => value);
      expect(values).to.deep.equal([words, `timelock (${timelock})`, "1 minute"]);
    }
    const label = encode(abi.accessManager, "labelRole", [9n, "NINE\n1. nothing"]);
    const named = told({ to: accessManager, data: label }).args[1].value;
    expect(named).to.equal('"NINE\\n1. nothing"');
    const proposer = encode(abi.timelock, "grantRole", [id("PROPOSER_ROLE"), STRANGER]);
    expect(told({ to: timelock, data: proposer }).args[0].value).to.equal("PROPOSER");
  });

  it("tells what is relayed too, given a relay", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const inner = encode(abi.ergonToken, "delegate", [STRANGER]);
    const data = encode(abi.governor, "relay", [contracts.ergonToken, 0n, inner]);
    expect(told({ to: contracts.governor, data }).relayed).to.deep.equal({
      ...{ to: contracts.ergonToken, data: inner, value: 0n },
      ...{ contract: "ergonToken", functionName: "delegate" },
      args: [{ name: "delegatee", value: STRANGER }],
    });
  });

  it("names none, given a stranger, an unknown function or arguments that do not decode", async () => {
    const { contracts, told } = await loadFixture(explainFixture);
    const setFee = encode(abi.orderBook, "setFee", [250n]);
    const { orderBook } = contracts;
    for (const [call, contract] of [
      [{ to: STRANGER, data: setFee, value: 5n }, undefined],
      [{ to: orderBook, data: asHex("0x"), value: 0n }, "orderBook"],
      [{ to: orderBook, data: asHex("0x12345678"), value: 0n }, "orderBook"],
      [{ to: orderBook, data: asHex(setFee.slice(0, 20)), value: 0n }, "orderBook"],
    ] as const) {
      expect(told(call)).to.deep.equal({ ...call, contract, args: [] });
    }
  });
});

describe("duration", () => {
  it("tells days, hours, minutes and seconds", () => {
    expect([0n, 1n, 61n, 7_200n, 172_801n].map(duration)).to.deep.equal([
      ...["0 seconds", "1 second", "1 minute 1 second", "2 hours", "2 days 1 second"],
    ]);
  });
});

function encode(coder: Interface, name: string, args: readonly unknown[]) {
  return asHex(coder.encodeFunctionData(name, args));
}
