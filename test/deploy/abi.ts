import { ethers, artifacts } from "hardhat";
import type { FunctionFragment, ParamType } from "ethers";

import { revertDataOf } from "../../sdk/src/index";

/** Contracts that the protocol deploys unchanged from OpenZeppelin. */
const ADOPTED = ["@openzeppelin/contracts/access/manager/AccessManager.sol:AccessManager"];

/** The functions that change state of each contract that can be deployed. */
export async function deployableContracts(): Promise<Map<string, FunctionFragment[]>> {
  const names = await artifacts.getAllFullyQualifiedNames();
  const own = names.filter(
    (name) => name.startsWith("contracts/") && !name.startsWith("contracts/mocks/"),
  );
  const contracts = new Map<string, FunctionFragment[]>();
  for (const name of [...own, ...ADOPTED]) {
    const artifact = await artifacts.readArtifact(name);
    if (artifact.bytecode === "0x") continue;
    const functions: FunctionFragment[] = [];
    ethers.Interface.from(artifact.abi).forEachFunction((fragment) => {
      if (!fragment.constant) functions.push(fragment);
    });
    if (functions.length > 0) contracts.set(artifact.contractName, functions);
  }
  return contracts;
}

/** What a call with empty arguments from `from` reverts with; 0x if it does not. */
export async function outcomeOf(
  to: string,
  fragment: FunctionFragment,
  from: string,
): Promise<string> {
  const coder = ethers.AbiCoder.defaultAbiCoder();
  const values = coder.encode(fragment.inputs, fragment.inputs.map(emptyValue));
  try {
    await ethers.provider.call({ to, from, data: ethers.concat([fragment.selector, values]) });
    return "0x";
  } catch (error) {
    return revertDataOf(error) ?? "0x";
  }
}

/** A value of the type, all of it zero or empty. */
function emptyValue(type: ParamType): unknown {
  if (type.isTuple()) return type.components.map(emptyValue);
  if (type.isArray()) {
    const { arrayChildren, arrayLength } = type;
    return Array.from({ length: Math.max(arrayLength, 0) }, () => emptyValue(arrayChildren));
  }
  if (type.type === "address") return ethers.ZeroAddress;
  if (type.type === "string") return "";
  if (type.type === "bool") return false;
  if (type.type === "bytes") return "0x";
  const fixed = /^bytes(\d+)$/.exec(type.type);
  return fixed === null ? 0n : ethers.zeroPadBytes("0x", Number(fixed[1]));
}
