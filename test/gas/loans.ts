import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import { MaxUint256 } from "ethers";

import { CLASS, CURVE, PERIOD, signAttestation } from "../shared/loans";
import { deployMarket, fund, registerTestGpu } from "../shared/market";
import { measure } from "./measure";
import type { Gas } from "./measure";
import { openVault } from "./vaults";

const LOAN = 1n;
/** Payment-token units: a loan of 36 payments at 10 % a year, on a GPU worth twice as much. */
const PRINCIPAL = 10n ** 9n;

/** A loan to the owner of a vault's junior, by two lenders, on one GPU: its draw, and a payment that is not the first. */
export async function measureLoan(): Promise<[string, Gas][]> {
  const market = await deployMarket();
  const { escrow, ledger, token, tokenAddress, client, provider, worker, delegate } = market;
  const { vault, factory } = await openVault(market);
  const { accessManager } = market.addresses;
  const loanBook = await ethers.deployContract("LoanBook", [accessManager, escrow, factory]);
  await loanBook.setCurve(CLASS, [...CURVE]);
  await fund(market, worker);
  for (const account of [client, provider, worker, delegate]) {
    await ledger.connect(account).approve(loanBook, BigInt(tokenAddress), MaxUint256);
  }
  await loanBook.connect(worker).postBond(token, PRINCIPAL);
  const gpuId = await registerTestGpu(market, delegate, "lent");
  await market.gpuRegistry.connect(delegate).setOperator(gpuId, vault);
  await market.gpuRegistry.connect(delegate).pledge(gpuId, loanBook);

  const madeAt = BigInt(await time.latest());
  const expiresAt = madeAt + 86_400n;
  const terms = { principal: PRINCIPAL, reserve: PRINCIPAL / 4n, leastIncome: 0n, payments: 36n };
  await loanBook.connect(delegate).request({
    ...{ ...terms, vault, rateBps: 1_000n, fundingDeadline: expiresAt },
    ...{ custodian: worker, gpuIds: [gpuId] },
  });
  await vault.connect(delegate).transferJunior(loanBook);
  await loanBook.connect(client).fund(LOAN, PRINCIPAL / 2n);
  await loanBook.connect(provider).fund(LOAN, PRINCIPAL / 2n);
  const value = 2n * PRINCIPAL;
  const attestation = {
    gpuId,
    hardwareClass: CLASS,
    token: tokenAddress,
    value,
    madeAt,
    expiresAt,
  };
  const signature = await signAttestation({ loanBook, custodian: worker }, attestation);
  const draw = await measure(loanBook.connect(delegate).draw(LOAN, [attestation], [signature]));
  await time.increase(PERIOD);
  const { levelPayment } = (await loanBook.loanOf(LOAN)).terms;
  await loanBook.connect(delegate).repay(LOAN, levelPayment);
  await time.increase(PERIOD);
  const repay = await measure(loanBook.connect(delegate).repay(LOAN, levelPayment));
  return [
    ["loan.draw", draw],
    ["loan.repay", repay],
  ];
}
