import { ParamType } from "ethers";
import { namedFields } from "../decode";
import { asAddress, asHex } from "../types/address";
import { interfaceOf, nameOf } from "./deployment";
import { inWords } from "./words";
import type { FunctionFragment, Interface, Result } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { Deployment } from "./deployment";
import type { ProposedCall } from "./proposal";
import type { Leaf } from "./words";

/** An argument in words; those in structures and lists are named by their path. */
export interface ExplainedArgument {
  readonly name: string;
  readonly value: string;
}

/** What a call does. */
export interface ExplainedCall {
  readonly to: Address;
  readonly data: Hex;
  /** Ether in wei. */
  readonly value: bigint;
  /** The name of the called contract in the deployment; undefined for a stranger. */
  readonly contract?: string;
  /** Undefined if the contract is a stranger, or has no such function. */
  readonly functionName?: string;
  readonly args: readonly ExplainedArgument[];
  /** What the governor is told to call, for a relay. */
  readonly relayed?: ExplainedCall;
}

/**
 * What a proposed call does: which contract and function, and each argument in words. It reads nothing from the chain; a
 * call that no contract of the deployment would understand is told as such, by the lack of a name.
 *
 * @example
 * const explained = proposal.calls.map((call) => explainCall(call, { contracts: book.contracts }));
 */
export function explainCall(call: ProposedCall, deployment: Deployment): ExplainedCall {
  const { to, data, value = 0n } = call;
  const contract = nameOf(to, deployment);
  const known = interfaceOf(contract, deployment);
  const fragment = known?.getFunction(data.slice(0, 10)) ?? undefined;
  const values = fragment === undefined ? undefined : decoded(known, fragment, data);
  if (fragment === undefined || values === undefined)
    return { to, data, value, contract, args: [] };

  const args = namedFields(fragment.inputs, values);
  const explained = leavesOf(fragment.inputs, args, args).map(([name, leaf]) => ({
    name,
    value: inWords(leaf, deployment),
  }));
  const relayed = contract === "governor" && fragment.name === "relay";
  return {
    ...{ to, data, value, contract, functionName: fragment.name, args: explained },
    ...(relayed && { relayed: explainCall(relayedCall(args), deployment) }),
  };
}

function relayedCall(args: Readonly<Record<string, unknown>>): ProposedCall {
  const { target, data, value } = args;
  return { to: asAddress(String(target)), data: asHex(String(data)), value: value as bigint };
}

function decoded(
  known: Interface | undefined,
  fragment: FunctionFragment,
  data: Hex,
): Result | undefined {
  try {
    return known?.decodeFunctionData(fragment, data);
  } catch {
    // anybody can propose bytes that only begin like a known call
    return undefined;
  }
}

/** The values of a structure that are not structures or lists themselves, by their path. */
function leavesOf(
  types: readonly ParamType[],
  siblings: Readonly<Record<string, unknown>>,
  args: Readonly<Record<string, unknown>>,
  prefix = "",
): [string, Leaf][] {
  return types.flatMap((type, i) => {
    const name = type.name === "" ? String(i) : type.name;
    // an underscore tells an argument from a variable of the contract
    const told = name.replace(/_$/, "");
    const leaf = { type: named(type, told), value: siblings[name], siblings, args };
    return leavesAt(`${prefix}${told}`, leaf);
  });
}

function leavesAt(path: string, leaf: Leaf): [string, Leaf][] {
  const { type, value, args } = leaf;
  if (type.isTuple()) {
    return leavesOf(type.components, value as Record<string, unknown>, args, `${path}.`);
  }
  if (!type.isArray()) return [[path, leaf]];
  const items = value as readonly unknown[];
  // items have no name of their own: the list's says what they are
  const child = named(type.arrayChildren, type.name);
  if (items.length === 0) return [[path, { ...leaf, value: "none" }]];
  return items.flatMap((item, i) =>
    leavesAt(`${path}[${i}]`, { ...leaf, type: child, value: item }),
  );
}

function named(type: ParamType, name: string): ParamType {
  return ParamType.from({ ...(JSON.parse(type.format("json")) as object), name });
}
