import { expect } from "chai";

import { asAddress, setGpuOperator } from "../../sdk/src/index";
import { useMarket } from "../shared/jobs";
import { clientOf } from "./support";
import { expectError } from "../worker/support/rejection";

/*
setGpuOperator
├── it names who may offer jobs on a GPU of the client
└── it throws GpuRegistryNotOwner for anybody else's
*/
describe("setGpuOperator", () => {
  const the = useMarket();

  it("names who may offer jobs on a GPU of the client", async () => {
    const { provider, delegate, gpuRegistry, gpuId } = the();
    const operator = asAddress(delegate.address);
    await setGpuOperator(clientOf(the(), provider), { gpuId, operator });
    expect(await gpuRegistry.operatorOf(gpuId)).to.equal(operator);
  });

  it("throws GpuRegistryNotOwner for anybody else's", async () => {
    const { stranger, gpuId } = the();
    const operator = asAddress(stranger.address);
    const set = () => setGpuOperator(clientOf(the(), stranger), { gpuId, operator });
    const error = await expectError(set, "ErgonRevertError", "REVERT");
    expect(error).to.have.property("errorName", "GpuRegistryNotOwner");
  });
});
