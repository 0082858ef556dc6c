import { decodeBytes32String, formatUnits, id } from "ethers";
import { sameHex } from "../types/address";
import { interfaceOf, nameOf } from "./deployment";
import type { ParamType } from "ethers";
import type { Deployment, KnownToken } from "./deployment";

/** A value in a call, and where it stands. */
export interface Leaf {
  readonly type: ParamType;
  readonly value: unknown;
  /** The fields of the structure that it stands in; of the call if in none. */
  readonly siblings: Readonly<Record<string, unknown>>;
  /** The arguments of the call. */
  readonly args: Readonly<Record<string, unknown>>;
}

type Words = (leaf: Leaf, deployment: Deployment) => string;

const VOTE_DECIMALS = 18;
const RATE_DECIMALS = 18;
const TERMS_CLASSES = ["fast", "standard", "high"];
/** Characters that turn the direction of writing, or that nobody sees; control characters are escaped anyway. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}]/gu;
const PRINTABLE = /^[\x20-\x7e]*$/;
const DURATIONS = [
  ["day", 86_400n],
  ["hour", 3_600n],
  ["minute", 60n],
  ["second", 1n],
] as const;
/** Of the AccessManager. */
const ACCESS_ROLES: Readonly<Record<string, string>> = {
  "0": "ADMIN",
  "1": "GUARDIAN",
  [String(2n ** 64n - 1n)]: "everybody",
};
/** Of the timelock. */
const TIMELOCK_ROLES: Readonly<Record<string, string>> = {
  [`0x${"0".repeat(64)}`]: "DEFAULT_ADMIN",
  ...Object.fromEntries(
    ["PROPOSER", "CANCELLER", "EXECUTOR"].map((name) => [id(`${name}_ROLE`), name]),
  ),
};

/** By the names of arguments, which mean the same in all contracts that governance changes. */
const BY_NAME: readonly [RegExp, Words][] = [
  [/^(initialPrice|reserve|cap|seedBond|maxUnitPrice|minUnitBond)$/, payment],
  [/^(licenceTerm|grantTime|maxTurnaround)$/, ({ value }) => duration(big(value))],
  [/^ratePerDay$/, ({ value }) => `${formatUnits(big(value), RATE_DECIMALS)} a day`],
  [/^amount$/, amount],
  [/^id$/, tokenId],
  [/^termsClass$/, ({ value }) => TERMS_CLASSES[Number(value)] ?? String(value)],
  [/bps$/i, ({ value }) => `${formatUnits(BigInt(String(value)), 2).replace(/\.0$/, "")} %`],
  [/^(newQuorumNumerator)$/, ({ value }) => `${String(value)} % of the supply`],
  [
    /^newProposalThreshold$/,
    ({ value }, { votes = "ERGON" }) => `${formatUnits(big(value), VOTE_DECIMALS)} ${votes}`,
  ],
  [
    /^(age|longestGame.*|duration|.*Delay|.*VotingPeriod|.*VoteExtension)$/,
    ({ value }) => duration(big(value)),
  ],
  [/^(fast|standard|high)$/, (leaf, deployment) => tokens(leaf, big(leaf.value), deployment)],
  [/^(bondFloor.*|fastPriceCap)$/, scaled],
  [/^hardwareClass$/, ({ value }) => text(String(value))],
  [/^selectors$/, selector],
  [
    /^(roleId|admin|guardian)$/,
    ({ value }) => ACCESS_ROLES[String(value)] ?? `role ${String(value)}`,
  ],
  [/^role$/, ({ value }) => TIMELOCK_ROLES[String(value)] ?? String(value)],
];

/** A value of a call as people read it. */
export function inWords(leaf: Leaf, deployment: Deployment): string {
  const { type, value } = leaf;
  if (value === "none") return "none";
  if (type.type === "address") return address(String(value), deployment);
  // quoted, so that no text looks like another line, or moves the cursor
  if (type.type === "string") return JSON.stringify(value).replace(UNSEEN, "?");
  if (type.type === "bool") return value === true ? "yes" : "no";
  const words = BY_NAME.find(([pattern]) => pattern.test(type.name))?.[1];
  return words === undefined ? String(value) : words(leaf, deployment);
}

/** Seconds in days, hours, minutes and seconds. */
export function duration(seconds: bigint): string {
  let left = seconds;
  const parts = DURATIONS.flatMap(([name, length]) => {
    const count = left / length;
    left %= length;
    return count === 0n ? [] : [`${count} ${name}${count === 1n ? "" : "s"}`];
  });
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

function address(value: string, deployment: Deployment): string {
  if (BigInt(value) === 0n) return "nobody";
  const name = nameOf(value, deployment);
  return name === undefined ? value : `${name} (${value})`;
}

/** Of the token that the call names. */
function tokens({ args }: Leaf, amount: bigint, { tokens: known = [] }: Deployment): string {
  return inToken(
    amount,
    known.find((it) => sameHex(it.address, String(args.token))),
  );
}

/** Of claims in the Ledger, whose id is a token. */
function amount({ value, args }: Leaf, { tokens: known = [] }: Deployment): string {
  const token = known.find((it) => BigInt(it.address) === args.id);
  return token === undefined ? String(value) : inToken(big(value), token);
}

function tokenId({ value }: Leaf, { tokens: known = [] }: Deployment): string {
  const token = known.find((it) => BigInt(it.address) === value);
  return token === undefined ? String(value) : `${token.symbol} (${token.address})`;
}

/** Of the deployment's payment token, if there is one. */
function payment({ value }: Leaf, { paymentToken }: Deployment): string {
  return paymentToken === undefined ? String(value) : inToken(big(value), paymentToken);
}

function inToken(amount: bigint, token: KnownToken | undefined): string {
  if (token === undefined) return `${amount} units of the token`;
  return `${formatUnits(amount, token.decimals)} ${token.symbol}`;
}

/** Floors and caps are multiples of a power of two. */
function scaled(leaf: Leaf, deployment: Deployment): string {
  return tokens(leaf, big(leaf.value) << big(leaf.siblings.scale), deployment);
}

function selector({ value, args }: Leaf, deployment: Deployment): string {
  const known = interfaceOf(nameOf(String(args.target), deployment), deployment);
  return known?.getFunction(String(value))?.name ?? String(value);
}

function text(word: string): string {
  try {
    const decoded = decodeBytes32String(word);
    return PRINTABLE.test(decoded) ? decoded : word;
  } catch {
    // any word can name a class
    return word;
  }
}

function big(value: unknown): bigint {
  return BigInt(String(value));
}
