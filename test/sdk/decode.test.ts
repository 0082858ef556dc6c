import { expect } from "chai";
import { artifacts } from "hardhat";
import { AbiCoder, Interface, ZeroAddress, ZeroHash, toBeHex } from "ethers";
import type { ErrorFragment, ParamType } from "ethers";

import { IERC20Errors__factory } from "../../typechain-types";
import { abi, decodeRevert } from "../../sdk/src/index";
import { ADVICE } from "../../sdk/src/errors/hints";

/** Contracts that only tests have. */
const MOCKS = "contracts/mocks/";

interface NamedError {
  readonly contract: string;
  readonly error: ErrorFragment;
}

/** Every error in the ABI of every contract, interface and library of the protocol. */
async function allErrors(): Promise<NamedError[]> {
  const names = await artifacts.getAllFullyQualifiedNames();
  const own = names.filter((name) => name.startsWith("contracts/") && !name.startsWith(MOCKS));
  const all = await Promise.all(own.map((name) => artifacts.readArtifact(name)));
  return all.flatMap(({ abi, contractName }) =>
    Interface.from(abi)
      .fragments.filter((fragment): fragment is ErrorFragment => fragment.type === "error")
      .map((error) => ({ contract: contractName, error })),
  );
}

/** A value of a type that no other position has. */
function sample(type: ParamType, position: number): unknown {
  if (type.isTuple()) return type.components.map((part, i) => sample(part, position + i + 1));
  if (type.isArray()) return [sample(type.arrayChildren, position)];
  const number = BigInt(position + 1);
  if (type.type === "address") return ZeroAddress.slice(0, -2) + `0${position + 1}`;
  if (type.type === "bool") return position % 2 === 0;
  if (type.type === "string") return `text ${position}`;
  if (type.type === "bytes") return `0x0${position + 1}`;
  if (type.type.startsWith("bytes")) return ZeroHash.slice(0, 2 + 2 * Number(type.type.slice(5)));
  return number;
}

/** The same value with the names of its fields. */
function named(type: ParamType, value: unknown): unknown {
  const values = value as unknown[];
  if (type.isArray()) return values.map((item) => named(type.arrayChildren, item));
  if (!type.isTuple()) return value;
  return Object.fromEntries(type.components.map((part, i) => [part.name, named(part, values[i])]));
}

/*
decodeRevert
├── it names every error of the protocol's ABIs and its arguments, and no two share a selector
├── it names Solidity's own errors
├── it gives Unknown with the data for what no ABI has, is cut off, or is too short to name an error
├── it says whether a call may work later, of a proposal by its state
└── it advises on errors that there are
*/
describe("decodeRevert", () => {
  it("names every error of the protocol's ABIs and its arguments, and no two share a selector", async () => {
    const errors = await allErrors();
    expect(errors.length).to.be.greaterThan(100);
    const signatures = new Set(errors.map(({ error }) => error.format()));
    expect(new Set(errors.map(({ error }) => error.selector))).to.have.length(signatures.size);
    for (const { contract, error } of errors) {
      const values = error.inputs.map(sample);
      const data =
        error.selector + AbiCoder.defaultAbiCoder().encode(error.inputs, values).slice(2);
      const { errorName, args } = decodeRevert(data);
      expect(errorName, `${contract} ${error.format()}`).to.equal(error.name);
      const expected = error.inputs.map((type, i) => [type.name, named(type, values[i])]);
      expect(args, `${contract} ${error.format()}`).to.deep.equal(Object.fromEntries(expected));
    }
  });

  it("names Solidity's own errors", () => {
    const own = new Interface(["error Error(string message)", "error Panic(uint256 code)"]);
    const message = decodeRevert(own.encodeErrorResult("Error", ["too low"]));
    expect(message).to.deep.include({ errorName: "Error", args: { message: "too low" } });
    const panic = decodeRevert(own.encodeErrorResult("Panic", [0x11n]));
    expect(panic).to.deep.include({ errorName: "Panic", args: { code: 0x11n } });
  });

  it("gives Unknown with the data for what no ABI has, is cut off, or is too short to name an error", () => {
    const stale = abi.jobEscrow.encodeErrorResult("JobsStale", [1n, ZeroHash, ZeroHash]);
    for (const data of ["0x", "0xee", "0x12345678", "0xffffffff00", stale.slice(0, -2)]) {
      expect(decodeRevert(data)).to.deep.equal({
        errorName: "Unknown",
        args: { data },
        data,
        retryable: false,
      });
    }
  });

  it("says whether a call may work later, of a proposal by its state", () => {
    const late = (current: number, expected: bigint) => {
      const args = [1n, current, toBeHex(expected, 32)];
      return decodeRevert(abi.governor.encodeErrorResult("GovernorUnexpectedProposalState", args))
        .retryable;
    };
    const [active, succeeded] = [1n << 1n, 1n << 4n];
    expect([0, 1, 3, 4].map((state) => late(state, active))).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((state) => late(state, succeeded))).to.deep.equal([
      ...[true, true, false, false, false, false, false, false],
    ]);
    expect(late(0, 0n), "proposed before").to.equal(false);
  });

  it("advises on errors that there are", async () => {
    const tokens = IERC20Errors__factory.createInterface().fragments as ErrorFragment[];
    const names = [...(await allErrors()).map(({ error }) => error), ...tokens];
    expect(names.map(({ name }) => name)).to.include.members(Object.keys(ADVICE));
  });
});
