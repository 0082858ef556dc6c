/*
 * reportTo
 * ├─ shows which executor runs a model, with the adapters, and nothing of earlier ones
 * ├─ counts a GPU that is refused by its reason, and warns with entry, adapter and code
 * └─ warns of a model that is too large, and counts no GPU
 */
import { expect } from "chai";
import { memoryLog } from "../support/log";
import { GpuFault } from "../../../worker/src/run/errors";
import { ExecutionMetrics } from "../../../worker/src/run/metrics";
import { reportTo } from "../../../worker/src/run/report";
import { MetricSet } from "../../../worker/src/metrics";
import type { RunnerListener } from "../../../worker/src/run/runner";

const GPUS = [
  { entry: 0, adapter: "nvidia one" },
  { entry: 1, adapter: "nvidia two" },
];

describe("reportTo", () => {
  let set: MetricSet;
  let log: ReturnType<typeof memoryLog>;
  let listener: RunnerListener;
  beforeEach(() => {
    [set, log] = [new MetricSet("x_"), memoryLog()];
    listener = reportTo(log, new ExecutionMetrics(set));
  });

  async function figures(): Promise<string[]> {
    const { body } = await set.render();
    return body.split("\n").filter((line) => /^x_(model|gpus).* [^0]/.test(line));
  }

  it("shows which executor runs a model, with the adapters, and nothing of earlier ones", async () => {
    listener.placed({ model: "0x01", executor: "webgpu", gpus: GPUS });
    listener.placed({ model: "0x02", executor: "wasm", gpus: [] });
    expect(await figures()).to.deep.equal([
      'x_model_executor_info{model="0x01",executor="webgpu",entry="0",adapter="nvidia one"} 1',
      'x_model_executor_info{model="0x01",executor="webgpu",entry="1",adapter="nvidia two"} 1',
      'x_model_executor_info{model="0x02",executor="wasm",entry="",adapter=""} 1',
    ]);
    listener.placed({ model: "0x01", executor: "wasm", gpus: [] });
    expect(await figures()).to.have.members([
      'x_model_executor_info{model="0x01",executor="wasm",entry="",adapter=""} 1',
      'x_model_executor_info{model="0x02",executor="wasm",entry="",adapter=""} 1',
    ]);
  });

  it("counts a GPU that is refused by its reason, and warns with entry, adapter and code", async () => {
    listener.refused(GPUS[0], new GpuFault("TIMEOUT", "it was silent"));
    expect(await figures()).to.deep.equal(['x_gpus_refused_total{reason="TIMEOUT"} 1']);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.contain(
      '{"entry":0,"adapter":"nvidia one","code":"TIMEOUT","reason":"it was silent"}',
    );
  });

  it("warns of a model that is too large, and counts no GPU", async () => {
    listener.refused(GPUS[1], new GpuFault("LIMIT", "it takes too much"), "0x01");
    expect(await figures()).to.deep.equal([]);
    expect(log.lines[0]).to.contain('"code":"LIMIT"').and.contain('"model":"0x01"');
  });
});
