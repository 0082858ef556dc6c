import {
  TermsClass,
  challengeBondOf,
  challengersShare,
  clockOf,
  disputeTime,
  incrementOf,
  longestGameOf,
  windowOf,
} from "../../../sdk/src/index";
import { crowdingOf } from "./crowding";
import { deterringBond, expectation, probabilityOfFinding } from "./deterrence";
import { conceded, gainOf, isChallenger, refuted, settled, slashed } from "./flows";
import type { MeasuredOverload } from "../../docs/measured";
import type { Challenge, DeliveredJob, Flows } from "./flows";

/** A sentence about the economics of disputes, tried on a grid. */
export interface Claim {
  readonly sentence: string;
  /** Cases that were tried. */
  readonly cases: number;
  /** Those in which it is false. */
  readonly failures: readonly string[];
}

const PRICES = [1n, 999n, 40_000n, 5_000_000n, 10n ** 12n];
const MULTIPLES_BPS = [10_000n, 20_000n, 36_000n, 100_000n, 211_112n, 1_100_000n];
const FLOORS = [0n, 1_000n, 20_000_000n];
const FEES_BPS = [0n, 250n, 500n];
const OTHERS = [0, 1, 3, 8, 63, 200];
const ANSWERS = [0n, 1n, 2n, 8n, 19n];
/** How likely a lie is found, in basis points. */
const PROBABILITIES = [100n, 200n, 500n, 1_000n, 2_000n, 5_000n];
const CLASSES = [TermsClass.Fast, TermsClass.Standard, TermsClass.High];

/** All claims of docs/disputes.md about money and time. */
export function economicClaims(overload: MeasuredOverload): Claim[] {
  return [
    ...slashingClaims(),
    ...falseChallengeClaims(),
    ...deterrenceClaims(),
    ...crowdingClaims(),
    overloadClaim(overload),
    durationClaim(),
  ];
}

function slashingClaims(): Claim[] {
  return [
    claim("What a dispute pays is what came in for it.", ends(), ({ flows }) => {
      return gainOf(flows, () => true) === 0n;
    }),
    claim(
      "Challengers get at most a tenth of the job's bond beside their own bonds.",
      slashings(),
      ({ flows, job }) => gainOf(flows, isChallenger) <= job.bond / 10n,
    ),
    claim(
      "Whoever proves a lie gets at least half of that tenth, whatever the number of other games.",
      slashings(),
      ({ flows, job }) => 2n * gain(flows, "challenger 0") >= challengersShare(job.bond),
    ),
    claim(
      "Worker, client and all challengers together lose nine tenths of the bond when their lie is proved.",
      slashings(),
      ({ flows, job }) => {
        const members = gainOf(flows, (party) => party !== "treasury" && party !== "held");
        return 10n * members <= -9n * job.bond;
      },
    ),
  ];
}

function falseChallengeClaims(): Claim[] {
  return [
    claim(
      "A false challenge brings nothing to its challenger, the client and the worker together.",
      falseChallenges(),
      ({ flows }) => gainOf(flows, (party) => party !== "treasury") <= 0n,
    ),
    claim(
      "A false challenge costs its challenger at least a quarter of its bond.",
      falseChallenges(),
      ({ flows, challenge }) => -gain(flows, "challenger 0") >= challenge.bond / 4n,
    ),
  ];
}

function deterrenceClaims(): Claim[] {
  return [
    deterrence(false),
    deterrence(true),
    claim(
      "One percent below that bond, a lie pays for a liar that is its own challenger.",
      product(PRICES.slice(2), PROBABILITIES, [false, true]),
      ([price, probability, approved]) => {
        const bond = (deterringBond(price, probability, approved) * 99n) / 100n;
        return best({ price, bond, feeBps: 0n, approved }, probability) > 0n;
      },
    ),
    sampling(),
  ];
}

function crowdingClaims(): Claim[] {
  return [
    crowdingCost(),
    claim(
      "Crowding needs more capital than it makes an honest challenger post.",
      product(PRICES, MULTIPLES_BPS, FLOORS),
      ([price, multiple, floor]) => {
        const bond = bondOf(price, multiple, floor);
        const { capital, nextBond } = crowdingOf(price, bond, floor, 6);
        return capital > nextBond;
      },
    ),
    claim(
      "At a floor of twenty times the gas of a game, proving a lie pays for that gas.",
      product(FLOORS, OTHERS, PRICES),
      ([floor, others, price]) => {
        const job = { price, bond: bondOf(price, 20_000n, floor), feeBps: 0n, approved: false };
        const flows = slashed(job, manyChallenges(others, job, floor, 19n));
        return 20n * (gain(flows, "challenger 0") + 1n) >= floor;
      },
    ),
  ];
}

function overloadClaim(overload: MeasuredOverload): Claim {
  return claim(
    "Whoever floods an honest worker with challenges pays more gas than the worker, and loses its bonds.",
    [overload],
    ({ challengerGas, workerGas, lost, fees }) => {
      return challengerGas > workerGas && Number(lost) > Number(fees) && Number(fees) > 0;
    },
  );
}

function durationClaim(): Claim {
  return claim(
    "A game ends within two clocks and 38 increments, before its job counts as accepted.",
    CLASSES,
    (termsClass) => {
      const longest = longestGameOf(termsClass);
      const fits = longest + windowOf(termsClass) < windowOf(termsClass) + disputeTime(longest);
      return fits && longest === 2n * clockOf(termsClass) + 38n * incrementOf(termsClass);
    },
  );
}

function deterrence(approved: boolean): Claim {
  const terms = approved
    ? "price / p / 0.9 even if the client had approved it"
    : "price × (1/p − 1) / 0.9";
  return claim(
    `A lie that is found with probability p does not pay at a bond of ${terms}.`,
    product(PRICES, PROBABILITIES, FEES_BPS),
    ([price, probability, feeBps]) => {
      const bond = deterringBond(price, probability, approved);
      return best({ price, bond, feeBps, approved }, probability) <= 0n;
    },
  );
}

/** What a lie brings at the best, on average: to the worker and any number of its own challengers. */
function best(job: DeliveredJob, probabilityBps: bigint): bigint {
  const unfound = gainOf(settled(job), (party) => party === "provider");
  const found = OTHERS.flatMap((others) =>
    ANSWERS.flatMap((answers) => {
      const flows = slashed(job, manyChallenges(others, job, 0n, answers));
      // all games are its own, or all but the one that proves the lie
      return [true, false].map((own) =>
        gainOf(flows, (party) => {
          return party === "provider" || (isChallenger(party) && (own || party !== "challenger 0"));
        }),
      );
    }),
  );
  const most = found.reduce((a, b) => (a > b ? a : b));
  return expectation(probabilityBps, unfound, most);
}

function sampling(): Claim {
  return claim(
    "Sampling a share s of all units deters any number of false units as p = s does a single one.",
    product([1, 2, 10, 64], [0.01, 0.05, 0.1, 0.5], [1, 2, 10, 64]),
    ([units, share, falseUnits]) => {
      const wrong = Math.min(falseUnits, units);
      const sampled = Math.ceil(units * share);
      const found = probabilityOfFinding(units, sampled, wrong);
      const unitBond = (1 / share - 1) / 0.9;
      return (1 - found) * wrong - found * 0.9 * units * unitBond <= 1e-9;
    },
  );
}

function crowdingCost(): Claim {
  return claim(
    "At a bond that deters with p = 10 % or less, crowding out a job of up to 2^18 units costs more than its price.",
    product(PRICES, PROBABILITIES.slice(0, 4), FLOORS, [0, 6, 12, 18]),
    ([price, probability, floor, depth]) => {
      const least = deterringBond(price, probability, false);
      const bond = least > floor ? least : floor;
      // payments are rounded down to whole units
      return crowdingOf(price, bond, floor, depth).cost + 64n >= price;
    },
  );
}

interface Slashing {
  readonly job: DeliveredJob;
  readonly flows: Flows;
}

function slashings(): Slashing[] {
  return jobs().flatMap(({ job, floor }) =>
    product(OTHERS, ANSWERS).map(([others, answers]) => {
      return { job, flows: slashed(job, manyChallenges(others, job, floor, answers)) };
    }),
  );
}

function falseChallenges(): { readonly challenge: Challenge; readonly flows: Flows }[] {
  return jobs().flatMap(({ job, floor }) =>
    product([0, 4, 8, 64], ANSWERS).flatMap(([live, answers]) => {
      const bond = challengeBondOf({ ...job, floor, live: BigInt(live) });
      const challenge = { bond, answers };
      return [refuted(challenge), conceded(challenge, true), conceded(challenge, false)].map(
        (flows) => ({ challenge, flows }),
      );
    }),
  );
}

function ends(): { readonly flows: Flows }[] {
  return [
    ...jobs().map(({ job }) => ({ flows: settled(job) })),
    ...slashings(),
    ...falseChallenges(),
  ];
}

function jobs(): { readonly job: DeliveredJob; readonly floor: bigint }[] {
  return product(PRICES, MULTIPLES_BPS, FLOORS, FEES_BPS, [false, true]).map(
    ([price, multiple, floor, feeBps, approved]) => {
      return { floor, job: { price, bond: bondOf(price, multiple, floor), feeBps, approved } };
    },
  );
}

/** Challenges that were begun one after the other. */
function manyChallenges(
  count: number,
  { price, bond }: DeliveredJob,
  floor: bigint,
  answers: bigint,
): Challenge[] {
  return Array.from({ length: count }, (_, i) => {
    return { bond: challengeBondOf({ price, bond, floor, live: BigInt(i) }), answers };
  });
}

function bondOf(price: bigint, multipleBps: bigint, floor: bigint): bigint {
  const multiple = (price * multipleBps + 9_999n) / 10_000n;
  return multiple > floor ? multiple : floor;
}

function gain(flows: Flows, party: "challenger 0"): bigint {
  return flows.get(party) ?? 0n;
}

function claim<Case>(
  sentence: string,
  cases: readonly Case[],
  holds: (case_: Case) => boolean,
): Claim {
  const failures = cases.filter((case_) => !holds(case_)).map(describe);
  return { sentence, cases: cases.length, failures };
}

function describe(case_: unknown): string {
  return JSON.stringify(case_, (_, value: unknown) =>
    value instanceof Map ? [...value].map(String) : typeof value === "bigint" ? `${value}` : value,
  );
}

/** Every choice of one value out of each list. */
function product<Lists extends readonly (readonly unknown[])[]>(
  ...lists: Lists
): { [K in keyof Lists]: Lists[K] extends readonly (infer Value)[] ? Value : never }[] {
  return lists.reduce<unknown[][]>(
    (rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])),
    [[]],
  ) as never;
}
