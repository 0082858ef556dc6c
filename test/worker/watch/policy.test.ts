import { expect } from "chai";
import fc from "fast-check";
import { DELIVERED, MODEL, OPENED, PROVIDER, TOKEN, address } from "../support/fixtures";
import { choose } from "../../../worker/src/watch/policy";
import type { Choice, ChoicePolicy } from "../../../worker/src/watch/policy";
import { JobStatus, secureRandom, workOf } from "../../../sdk/src/index";
import type { Job } from "../../../sdk/src/index";

const VERIFIER = address("9");
const WORK = workOf(MODEL);
const DELIVERED_JOB: Job = {
  ...OPENED.job,
  ...DELIVERED,
  status: JobStatus.Delivered,
  verifier: VERIFIER,
};
const POLICY: ChoicePolicy = {
  verifier: VERIFIER,
  models: new Set([MODEL]),
  tokens: [TOKEN],
  sharePercent: 5,
  providers: [],
  mostWork: 100n * WORK,
};

/** Gives these numbers, one after the other. */
function numbers(...values: readonly number[]): (below: number) => number {
  const left = [...values];
  return () => left.shift() ?? 0;
}

function choice(job: Partial<Job>, policy: Partial<ChoicePolicy> = {}, ended = false): Choice {
  return choose({ ...DELIVERED_JOB, ...job }, ended, { ...POLICY, ...policy }, numbers(0));
}

describe("watch choose", () => {
  it("passes by what it cannot judge, and says why", () => {
    expect(choice({ verifier: address("8") })).to.deep.equal({ passed: "verifier" });
    expect(choice({ status: JobStatus.Open })).to.deep.equal({ passed: "ended" });
    expect(choice({}, {}, true)).to.deep.equal({ passed: "ended" });
    expect(choice({}, { models: new Set() })).to.deep.equal({ passed: "model" });
    expect(choice({}, { tokens: [] })).to.deep.equal({ passed: "token" });
  });

  it("chooses the share of deliveries that it is told to, and all of some providers", () => {
    const of = (number: number, policy: Partial<ChoicePolicy> = {}): Choice =>
      choose(DELIVERED_JOB, false, { ...POLICY, ...policy }, numbers(number));
    expect(of(499)).to.have.property("units");
    expect(of(500)).to.deep.equal({ passed: "share" });
    expect(of(0, { sharePercent: 0 })).to.deep.equal({ passed: "share" });
    expect(of(9_999, { sharePercent: 100 })).to.have.property("units");
    expect(of(9_999, { providers: [PROVIDER] })).to.have.property("units");
  });

  it("takes all units that fit into the work, or as many as fit, or none", () => {
    expect(choice({})).to.have.deep.property("units", [0, 1, 2, 3]);
    expect(choice({}, { mostWork: 2n * WORK }))
      .to.have.property("units")
      .with.length(2);
    expect(choice({}, { mostWork: WORK }))
      .to.have.property("units")
      .with.length(1);
    expect(choice({}, { mostWork: WORK - 1n })).to.deep.equal({ passed: "work" });
  });

  it("takes the first units of a chained job", () => {
    const chained = choice({ chained: true }, { mostWork: 3n * WORK });
    expect(chained).to.have.deep.property("units", [0, 1, 2]);
  });

  it("takes different units that were delivered, ascending, and one of them as the sample", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 60n }),
        fc.bigInt({ min: 1n, max: 60n }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (units, fitting, stream) => {
          const random = (below: number): number => Math.floor(stream.next().value * below);
          const policy = { ...POLICY, sharePercent: 100, mostWork: fitting * WORK };
          const chosen = choose({ ...DELIVERED_JOB, units }, false, policy, random);
          if ("passed" in chosen) throw new Error(chosen.passed);
          const ascending = [...new Set(chosen.units)].sort((a, b) => a - b);
          expect(chosen.units).to.deep.equal(ascending);
          expect(chosen.units).to.have.length(Number(units < fitting ? units : fitting));
          expect(chosen.units.every((unit) => unit >= 0 && unit < Number(units))).to.equal(true);
          expect(chosen.units).to.include(chosen.sample);
        },
      ),
      { seed: 11 },
    );
  });

  it("takes every unit as the sample now and then", () => {
    const samples = new Set<number>();
    for (let i = 0; i < 4; i++) {
      const chosen = choose(DELIVERED_JOB, false, POLICY, numbers(0, 0, 0, 0, 0, i));
      if ("sample" in chosen) samples.add(chosen.sample);
    }
    expect([...samples]).to.have.members([0, 1, 2, 3]);
  });

  it("passes jobs of more units than anybody can list, and checks 4,096 at most", () => {
    const all = { ...POLICY, sharePercent: 100, mostWork: 2n ** 80n };
    for (const chained of [false, true]) {
      const of = (units: bigint) =>
        choose({ ...DELIVERED_JOB, units, chained }, false, all, secureRandom);
      for (const units of [2n ** 32n + 1n, 2n ** 48n, 2n ** 64n - 1n]) {
        expect(of(units)).to.deep.equal({ passed: "units" });
      }
      for (const units of [4_097n, 2n ** 25n, 2n ** 32n]) {
        expect(of(units)).to.have.property("units").with.length(4_096);
      }
      expect(of(4_095n)).to.have.property("units").with.length(4_095);
    }
  });
});
