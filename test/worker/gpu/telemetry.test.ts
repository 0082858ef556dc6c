/*
 * GpuTelemetry
 * ├─ given GPUs
 * │  ├─ shows their figures, and what each is
 * │  ├─ adds up energy from the mean power between samples
 * │  ├─ adds no energy over a long pause, over a lost sample, or for another GPU of the same index
 * │  └─ shows nothing but energy of a GPU that is gone, and nothing of a figure that is not told
 * ├─ given a command that fails
 * │  ├─ warns once with what it says, shows nothing, and goes on asking
 * │  └─ warns again when it fails after it worked
 * ├─ given no such command: says so once, and never asks again
 * ├─ never asks twice at a time
 * └─ ends what it runs when it is closed
 * runLimited
 * ├─ gives the output
 * ├─ gives what a failing command says
 * └─ kills what takes too long or says too much
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { memoryLog } from "../support/log";
import { useTemporaryDirectory } from "../support/temporary";
import { fixture } from "./fixtures";
import { GpuMetrics } from "../../../worker/src/gpu/metrics";
import { GpuTelemetry, runLimited } from "../../../worker/src/gpu/telemetry";
import { MetricSet } from "../../../worker/src/metrics";
import type { Clock } from "../../../worker/src/clock";
import type { RunCommand } from "../../../worker/src/gpu/telemetry";

const EVERY_MS = 10_000;
const ONE = fixture("one.csv");

/** A clock on which nobody wakes before `pass`. */
class SteppedClock implements Clock {
  private ms = 1_000_000;
  private wake: () => void = () => undefined;

  now(): number {
    return this.ms;
  }

  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      signal?.addEventListener("abort", () => resolve());
    });
  }

  /** Lets `ms` pass, and who was awakened work. */
  async pass(ms: number): Promise<void> {
    this.ms += ms;
    this.wake();
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("GpuTelemetry", () => {
  let set: MetricSet;
  let clock: SteppedClock;
  let log: ReturnType<typeof memoryLog>;
  let telemetry: GpuTelemetry | undefined;
  let asked: number;
  afterEach(() => telemetry?.close());

  /** Asks for each of `answers` in turn, and for the last again and again. */
  async function start(...answers: readonly (string | Error)[]): Promise<void> {
    asked = 0;
    await startWith(async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    });
  }

  async function startWith(run: RunCommand): Promise<void> {
    [set, clock, log] = [new MetricSet("x_"), new SteppedClock(), memoryLog()];
    const metrics = new GpuMetrics(set, 3 * EVERY_MS);
    const options = { command: "nvidia-smi", everyMs: EVERY_MS };
    telemetry = new GpuTelemetry(options, { metrics, clock, log }, run);
    await settled();
  }

  async function figures(): Promise<string[]> {
    const { body } = await set.render();
    return body.split("\n").filter((line) => line.startsWith("x_gpu_"));
  }

  async function energy(): Promise<number | undefined> {
    const line = (await figures()).find((each) => each.startsWith("x_gpu_energy"));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  }

  const withPower = (watts: string) => ONE.replace("312.45", watts);

  context("given GPUs", () => {
    it("shows their figures, and what each is", async () => {
      await start(ONE);
      expect(await figures()).to.deep.equal([
        'x_gpu_info{gpu="0",uuid="GPU-6b86b273-ff34-fce1-9d6b-804eff5a3f57",name="NVIDIA H100 80GB HBM3"} 1',
        'x_gpu_utilization_ratio{gpu="0"} 0.37',
        `x_gpu_memory_used_bytes{gpu="0"} ${10_240 * 2 ** 20}`,
        `x_gpu_memory_size_bytes{gpu="0"} ${81_559 * 2 ** 20}`,
        'x_gpu_power_watts{gpu="0"} 312.45',
        'x_gpu_temperature_celsius{gpu="0"} 54',
        'x_gpu_energy_joules_total{gpu="0"} 0',
      ]);
      expect(log.lines).to.deep.equal([]);
    });

    it("adds up energy from the mean power between samples", async () => {
      await start(withPower("100.00"), withPower("200.00"), withPower("50.00"));
      expect(await energy()).to.equal(0);
      await clock.pass(10_000);
      expect(await energy()).to.equal(1_500);
      await clock.pass(20_000);
      expect(await energy()).to.equal(4_000);
    });

    it("adds no energy over a long pause, over a lost sample, or for another GPU of the same index", async () => {
      const other = ONE.replace("6b86b273", "00000000");
      const lost = new Error("it failed");
      await start(ONE, ONE, lost, ONE, other, other.replace("312.45", "[N/A]"), other);
      await clock.pass(60_000);
      for (let i = 0; i < 5; i++) await clock.pass(10_000);
      expect(asked).to.equal(7);
      expect(await energy()).to.equal(0);
      await clock.pass(10_000);
      expect(await energy()).to.equal(3_124.5);
    });

    it("shows nothing but energy of a GPU that is gone, and nothing of a figure that is not told", async () => {
      await start(fixture("eight.csv"), fixture("mig.csv"), fixture("noDevices.txt"));
      expect(await figures()).to.have.length(7 * 8);
      await clock.pass(1_000);
      const shown = (await figures()).join("\n");
      expect(shown).to.contain('gpu_temperature_celsius{gpu="0"} 33');
      expect(shown).to.not.contain('gpu_utilization_ratio{gpu="0"}');
      expect(shown).to.not.contain('gpu_memory_used_bytes{gpu="0"}');
      expect(shown).to.contain('gpu_utilization_ratio{gpu="1"} 0.12');
      expect(shown).to.not.match(/^x_gpu_(?!energy).*gpu="2"/m);
      await clock.pass(1_000);
      expect((await figures()).filter((line) => !line.startsWith("x_gpu_energy"))).to.be.empty;
    });
  });

  context("given a command that fails", () => {
    const error = (stdout: string) =>
      Object.assign(new Error("Command failed"), { code: 2, stdout });

    it("warns once with what it says, shows nothing, and goes on asking", async () => {
      await start(ONE.replace("312.45", "[N/A]"), error(fixture("unknownField.txt")));
      await clock.pass(1_000);
      expect(await figures()).to.deep.equal([]);
      await clock.pass(1_000);
      expect(asked).to.equal(3);
      expect(log.lines).to.have.length(1);
      expect(log.lines[0]).to.contain("is not a valid field to query");
    });

    it("warns again when it fails after it worked", async () => {
      await start(error("no"), error("no"), ONE, error("no"));
      for (let i = 0; i < 3; i++) await clock.pass(1_000);
      expect(log.lines).to.have.length(2);
    });
  });

  context("given no such command", () => {
    it("says so once, and never asks again", async () => {
      asked = 0;
      await startWith((_command, args, signal) => {
        asked++;
        return runLimited(join(__dirname, "no-such-command"), args, signal);
      });
      while (log.lines.length === 0) await settled();
      await clock.pass(1_000);
      expect(asked).to.equal(1);
      expect(log.lines).to.have.length(1);
      expect(log.lines[0]).to.contain("the command does not exist");
    });
  });

  it("never asks twice at a time", async () => {
    let finish: (text: string) => void = () => undefined;
    asked = 0;
    await startWith(() => {
      asked++;
      return new Promise((resolve) => (finish = resolve));
    });
    for (let i = 0; i < 3; i++) await clock.pass(60_000);
    expect(asked).to.equal(1);
    finish(ONE);
    await settled();
    await clock.pass(10_000);
    expect(asked).to.equal(2);
    finish(ONE);
  });

  it("ends what it runs when it is closed", async () => {
    await startWith(
      (_command, _args, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await telemetry?.close();
    expect(log.lines).to.deep.equal([]);
  });
});

describe("runLimited", () => {
  const directory = useTemporaryDirectory();
  const { signal } = new AbortController();

  function run(script: string, mostMs?: number): Promise<string> {
    const file = join(directory(), "nvidia-smi");
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o700);
    return runLimited(file, ["--query-gpu=index"], signal, mostMs);
  }

  const failureOf = (script: string, mostMs?: number) =>
    run(script, mostMs).then(
      () => expect.fail("it did not fail"),
      (error: unknown) => error as Record<string, unknown>,
    );

  it("gives the output", async () => {
    expect(await run('echo "$1"')).to.equal("--query-gpu=index\n");
  });

  it("gives what a failing command says", async () => {
    const error = await failureOf("echo 'No devices were found'; exit 6");
    expect(error).to.include({ code: 6, stdout: "No devices were found\n" });
  });

  it("kills what takes too long or says too much", async () => {
    expect(await failureOf("exec sleep 60", 50)).to.include({ killed: true, signal: "SIGKILL" });
    const { code } = await failureOf("exec yes");
    expect(code).to.equal("ERR_CHILD_PROCESS_STDIO_MAXBUFFER");
  });
});
