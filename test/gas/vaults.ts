import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import { MaxUint256, ZeroHash } from "ethers";

import { MODEL_ID, fund } from "../shared/market";
import type { Market } from "../shared/market";
import { WINDOW, currentWindow } from "../shared/vaults";
import type { StakeVault, StakeVaultFactory } from "../../typechain-types";
import { measure } from "./measure";
import type { Gas } from "./measure";

/** Payment-token units: what is in the vault's junior, and what its stakers put in. */
const [JUNIOR, STAKED] = [10n ** 8n, 10n ** 9n];

const DEPOSIT = 10n ** 6n;

/** A vault, and what made it. */
export interface OpenVault {
  readonly vault: StakeVault;
  readonly factory: StakeVaultFactory;
}

/** A vault of the market's delegate with a junior and stakers, staked as far as may be; it may pull the client's money. */
export async function openVault(market: Market): Promise<OpenVault> {
  const { escrow, book, ledger, token, tokenAddress, client, provider, delegate } = market;
  const factory = await ethers.deployContract("StakeVaultFactory", [escrow]);
  await factory.connect(delegate).create(token, 500n, ZeroHash);
  const address = await factory.vaultAddress(token, delegate, ZeroHash);
  const vault = await ethers.getContractAt("StakeVault", address);
  await fund(market, delegate);
  await ledger.connect(delegate).transfer(vault, BigInt(tokenAddress), JUNIOR);
  await ledger.connect(provider).approve(vault, BigInt(tokenAddress), MaxUint256);
  await vault.connect(provider).depositClaims(STAKED, provider);
  await vault.rebalance();
  await ledger.connect(client).approve(vault, BigInt(tokenAddress), MaxUint256);
  await token.mint(client, 10n * DEPOSIT);
  await token.connect(client).approve(vault, MaxUint256);
  await book.setMirrored(MODEL_ID, true);
  return { vault, factory };
}

/** A staker's way in and out, each step done once before by the same account in the same window. */
export async function measureVault(market: Market): Promise<[string, Gas][]> {
  const { client, stranger } = market;
  const { vault } = await openVault(market);
  const own = vault.connect(client);
  await own.depositClaims(DEPOSIT, client);
  const claims = await measure(own.depositClaims(DEPOSIT, client));
  await own.deposit(DEPOSIT, client);
  const tokens = await measure(own.deposit(DEPOSIT, client));
  const shares = (await vault["balanceOf(address)"](client)) / 4n;
  await own.requestRedeem(shares, client, client);
  const request = await measure(own.requestRedeem(shares, client, client));
  const window = (await currentWindow()) + 1n;
  await time.increaseTo(window * WINDOW);
  await vault.rebalance();
  await time.increaseTo((window + 1n) * WINDOW);
  const settle = await measure(vault.connect(stranger).settleWindow());
  const claim = await measure(own.claimRedeem(window, shares, client, client));
  return [
    ["vault.deposit", claims],
    ["vault.depositTokens", tokens],
    ["vault.request", request],
    ["vault.settle", settle],
    ["vault.claim", claim],
  ];
}
