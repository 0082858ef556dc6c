import { ceilDiv } from "../jobs/terms";
import type { VaultLog } from "./events";

/** The longest time that income takes to vest, in seconds. */
const VESTING = 7n * 86_400n;
/** Shares that nobody has, against prices that a first depositor could make up. */
const VIRTUAL_SHARES = 1_000n;

/** The events of a booking, in the order in which a vault emits them; it counts them the other way round. */
export const BOOKINGS = ["RentEarned", "LossTaken", "LossRestored"] as const;

/** Where an event stands in a booking; -1 if it is part of none. */
export function placeInBooking({ name }: VaultLog): number {
  return BOOKINGS.findIndex((it) => it === name);
}

/** The stakers' money as a vault's events tell it. Amounts are payment-token units, times are seconds. */
export interface VaultBooks {
  readonly senior: bigint;
  readonly shares: bigint;
  readonly unvested: bigint;
  readonly vestingFrom: bigint;
  readonly vestingUntil: bigint;
}

/** The books of a vault without stakers. */
export const EMPTY_BOOKS: VaultBooks = {
  ...{ senior: 0n, shares: 0n },
  ...{ unvested: 0n, vestingFrom: 0n, vestingUntil: 0n },
};

/** What `amount` shares are worth at a time, rounded down: the same rule as `StakeVault.sol`; pure. */
export function worthOf(books: VaultBooks, amount: bigint, timestamp: bigint): bigint {
  const vested = books.senior - unvestedAt(books, timestamp);
  return (amount * ((vested > 0n ? vested : 0n) + 1n)) / (books.shares + VIRTUAL_SHARES);
}

/** The books after the events of one booking; pure. */
export function applyBooking(
  books: VaultBooks,
  events: readonly VaultLog[],
  timestamp: bigint,
): VaultBooks {
  return [...events]
    .sort((a, b) => placeInBooking(b) - placeInBooking(a))
    .reduce((current, event) => applyVaultLog(current, event, timestamp), books);
}

/** Whether an event is part of a booking. */
export function isBooking(event: VaultLog): boolean {
  return placeInBooking(event) !== -1;
}

/** The books after one event; pure. */
export function applyVaultLog(books: VaultBooks, event: VaultLog, timestamp: bigint): VaultBooks {
  const amount = (field: string) => event.fields[field] as bigint;
  switch (event.name) {
    case "RentEarned":
      return earn(books, amount("amount"), timestamp);
    case "LossRestored":
      return { ...books, senior: books.senior + amount("ofStakers") };
    case "LossTaken":
      return lose(books, amount("ofStakers"));
    case "Deposit": {
      const { senior, shares } = books;
      return { ...books, senior: senior + amount("assets"), shares: shares + amount("shares") };
    }
    case "WindowSettled":
      return leave(books, amount("shares") - amount("rolled"), amount("assets"));
    default:
      return books;
  }
}

/** A loss takes of what vests as much as of the rest. */
function lose(books: VaultBooks, amount: bigint): VaultBooks {
  const senior = books.senior - amount;
  if (amount === 0n) return books;
  return { ...books, senior, unvested: ceilDiv(books.unvested * senior, books.senior) };
}

function leave(books: VaultBooks, paid: bigint, assets: bigint): VaultBooks {
  if (paid === books.shares) return { ...books, senior: 0n, shares: 0n, unvested: 0n };
  return { ...books, senior: books.senior - assets, shares: books.shares - paid };
}

function unvestedAt({ unvested, vestingFrom, vestingUntil }: VaultBooks, timestamp: bigint) {
  if (timestamp >= vestingUntil) return 0n;
  return ceilDiv(unvested * (vestingUntil - timestamp), vestingUntil - vestingFrom);
}

/** What is vesting already ends with the new income at a time between both, weighted by amount. */
function earn(books: VaultBooks, amount: bigint, timestamp: bigint): VaultBooks {
  if (amount === 0n) return books;
  const before = unvestedAt(books, timestamp);
  const left = books.vestingUntil > timestamp ? books.vestingUntil - timestamp : 0n;
  const unvested = before + amount;
  return {
    ...books,
    senior: books.senior + amount,
    unvested,
    vestingFrom: timestamp,
    vestingUntil: timestamp + (before * left + amount * VESTING) / unvested,
  };
}
