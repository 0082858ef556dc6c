import { ethers } from "hardhat";
import type { BaseContract, BytesLike, Signer } from "ethers";

/** What a token of the fixture must be able to do. */
interface Mintable extends BaseContract {
  mint(to: string, amount: bigint): Promise<unknown>;
  approve(spender: string, amount: bigint): Promise<unknown>;
  connect(signer: Signer): this;
}

/** A Ledger, an ordinary token of six decimals, and two accounts that hold and allow 1,000 tokens. */
export async function ledgerFixture() {
  const [alice, bob, carol] = await ethers.getSigners();
  const ledger = await ethers.deployContract("Ledger");
  const token = await ethers.deployContract("MockERC20", ["Test Dollar", "TUSD", 6]);
  await fund(token, await ledger.getAddress(), [alice, bob]);
  return {
    ledger,
    token,
    alice,
    bob,
    carol,
    id: await idOf(token),
    asset: await token.getAddress(),
  };
}

/** 1,000 tokens of six decimals. */
export const FUNDS = 1_000_000_000n;

/** Mints `FUNDS` to each account and lets the Ledger take them. */
export async function fund(token: BaseContract, ledger: string, accounts: Signer[]): Promise<void> {
  const mintable = token as Mintable;
  for (const account of accounts) {
    await mintable.mint(await account.getAddress(), FUNDS);
    await mintable.connect(account).approve(ledger, FUNDS);
  }
}

/** The ERC-6909 id of claims on a token. */
export async function idOf(token: BaseContract): Promise<bigint> {
  return BigInt(await token.getAddress());
}

/** The 32-byte words of `values`, one after the other. */
export function words(...values: (bigint | number | BytesLike)[]): string {
  return ethers.concat(
    values.map((value) =>
      typeof value === "bigint" || typeof value === "number" ? ethers.toBeHex(value, 32) : value,
    ),
  );
}
