import { Signature, TypedDataEncoder } from "ethers";
import { IERC20Metadata__factory } from "../../../../typechain-types/factories/@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata__factory";
import { IERC20Permit__factory } from "../../../../typechain-types/factories/@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit__factory";
import { accountOf, signerOf } from "../../client";
import { abi } from "../../contracts";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { callOf, sendCall } from "../../send";
import { claimsCreated } from "./deposit";
import type { TypedDataDomain } from "ethers";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { DepositOutcome, DepositParameters } from "./deposit";

/** What is deposited, for whom, and until when. */
export interface DepositWithPermitParameters extends DepositParameters {
  /** Last second at which the permit is valid; an hour after the newest block unless given. */
  readonly deadline?: bigint;
  /** Version of the token's EIP-712 domain; "1" unless given. */
  readonly version?: string;
}

const HOUR = 3_600;

const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/**
 * Deposits tokens with ERC-2612 permit into the Ledger, in one transaction. Throws `InputError` if
 * the token has no permit or another domain than its name and `version` give, and like `deposit`.
 *
 * @example
 * const { claims } = await depositWithPermit(client, { token, amount: 5_000_000n });
 */
export async function depositWithPermit(
  client: ErgonClient,
  parameters: DepositWithPermitParameters,
): Promise<DepositOutcome> {
  const { token, amount, version = "1" } = parameters;
  const owner = await accountOf(client);
  const { to = owner, deadline = await inAnHour(client) } = parameters;
  const domain = await permitDomain(client, token, version);
  const permit = IERC20Permit__factory.connect(token, client.provider);
  const nonce = await translated(() => permit.nonces(owner));
  const value = { owner, spender: client.addresses.ledger, value: amount, nonce, deadline };
  const signed = await translated(() => signerOf(client).signTypedData(domain, PERMIT, value));
  const { v, r, s } = Signature.from(signed);
  const values = [token, amount, to, deadline, v, r, s] as const;
  const data = abi.ledger.encodeFunctionData("depositWithPermit", [...values]);
  const transaction = await sendCall(
    client,
    callOf(client.addresses.ledger, () => data),
  );
  return { claims: claimsCreated(client, transaction, token, to), transaction };
}

async function permitDomain(
  { provider }: ErgonClient,
  token: Address,
  version: string,
): Promise<TypedDataDomain> {
  const permit = IERC20Permit__factory.connect(token, provider);
  const [{ chainId }, name, separator] = await Promise.all([
    translated(() => provider.getNetwork()),
    translated(() => IERC20Metadata__factory.connect(token, provider).name()),
    permit.DOMAIN_SEPARATOR().catch((cause: unknown) => {
      throw new InputError(`token ${token} has no permit: use deposit`, { cause });
    }),
  ]);
  const domain = { name, version, chainId, verifyingContract: token };
  if (TypedDataEncoder.hashDomain(domain) === separator) return domain;
  throw new InputError(`token ${token} has another EIP-712 domain: use deposit`);
}

async function inAnHour({ provider }: ErgonClient): Promise<bigint> {
  const block = await translated(() => provider.getBlock("latest"));
  return BigInt((block?.timestamp ?? 0) + HOUR);
}
