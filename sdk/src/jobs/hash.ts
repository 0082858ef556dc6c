import { AbiCoder, keccak256 } from "ethers";
import { abi } from "../contracts";
import { InputError } from "../errors/errors";
import { packJob } from "./pack";
import { asHex } from "../types/address";
import type { ParamType } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Job } from "../types/job";

const JOB = jobType();

/** The word that stands for a job in the escrow. Throws `InputError` if a field does not fit. */
export function jobHash(job: Job): Hex {
  try {
    return asHex(keccak256(AbiCoder.defaultAbiCoder().encode([JOB], [packJob(job)])));
  } catch (cause) {
    throw new InputError("this is no job: a field is missing or out of range", { cause });
  }
}

function jobType(): ParamType {
  const inputs = abi.jobEscrow.getEvent("JobOpened").inputs;
  const job = inputs.find((input) => input.name === "job");
  if (job === undefined) throw new InputError("the escrow's ABI has no job");
  return job;
}
