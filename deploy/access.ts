import { id } from "ethers";

/** The roles of the AccessManager. A function without a role of its own is the admin's. */
export const ACCESS_ROLES = { ADMIN: 0n, GUARDIAN: 1n } as const;

/** The roles of the timelock. */
export const TIMELOCK_ROLES = {
  DEFAULT_ADMIN: `0x${"0".repeat(64)}`,
  PROPOSER: id("PROPOSER_ROLE"),
  CANCELLER: id("CANCELLER_ROLE"),
  EXECUTOR: id("EXECUTOR_ROLE"),
} as const;

/** The selectors that the guardian may call on each order book: the pause of entries. */
export const GUARDIAN_SELECTORS = ["pauseEntries(uint256)", "unpauseEntries()"].map((signature) =>
  id(signature).slice(0, 10),
);
