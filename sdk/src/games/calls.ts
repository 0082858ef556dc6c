import { abi } from "../contracts";
import { InputError } from "../errors/errors";
import { packJob } from "../jobs/pack";
import { callOf } from "../send";
import { ZERO_HASH } from "../types/address";
import { jobIdOf, packGame } from "./pack";
import type { Hex, OperandOpening } from "../../../tensor/src/index";
import type { Call } from "../send";
import type { Addresses } from "../types/address";
import type { Descent, Game, TraceCommitment } from "../types/game";
import type { Job } from "../types/job";
import type {
  DescentStruct,
  IGames,
} from "../../../typechain-types/contracts/verification/OptimisticVerifier";
import type { JobRef } from "../jobs/outcome";
import type { Move, ShownChildren, StepMove, TraceClaim } from "./moves";

/** What the calls of a game carry beside the move. */
export interface Position {
  readonly game: Game;
  /** The trace of the game's unit, if there is one. */
  readonly trace?: TraceCommitment;
  /** The job's current state; of a job that ended, its last. */
  readonly job: Job;
}

const NO_TRACE: TraceCommitment = {
  root: ZERO_HASH,
  programRoot: ZERO_HASH,
  nodes: 0n,
  committedAt: 0n,
};

const verifier = abi.optimisticVerifier;

/**
 * The verifier's call for a move. `signature` is that of the side whose move it is, if another account
 * sends it. Throws `InputError` if a part does not fit.
 */
export function moveCall(
  addresses: Addresses,
  position: Position,
  move: Move,
  signature: Hex = "0x",
): Call {
  if (move.name === "reveal") return revealCall(addresses, move);
  if (move.name === "commitTrace") {
    const job = { id: jobIdOf(position.game.id), job: position.job };
    return commitTraceCall(addresses, { job, claim: move, signature });
  }
  return callOf(addresses.optimisticVerifier, () => encodeGameMove(position, move, signature));
}

function encodeGameMove(
  { game, trace = NO_TRACE, job }: Position,
  move: Exclude<Move, { readonly name: "reveal" | "commitTrace" }>,
  signature: Hex,
): string {
  const packed = packGame(game);
  if (move.name === "concede") {
    return verifier.encodeFunctionData("concede", [packed, trace, packJob(job), signature]);
  }
  if (move.name === "resolve") {
    return verifier.encodeFunctionData("resolve", [packed, trace, packJob(job)]);
  }
  const way = encodable(move.descent);
  switch (move.name) {
    case "pick":
      return verifier.encodeFunctionData("pick", [packed, way, signature]);
    case "pickInTrace":
      return verifier.encodeFunctionData("pickInTrace", [packed, trace, way, signature]);
    case "pickNode": {
      const program = { node: fourWords(move.node), proof: [...move.proof] };
      return verifier.encodeFunctionData("pickNode", [packed, trace, way, program, signature]);
    }
    case "pickInput": {
      const { inputId, inputProof } = move;
      return verifier.encodeFunctionData("pickInput", [
        packed,
        trace,
        way,
        packJob(job),
        inputId,
        [...inputProof],
        signature,
      ]);
    }
    case "step": {
      const witness = encodableWitness(move);
      return verifier.encodeFunctionData("step", [packed, trace, way, witness, signature]);
    }
  }
}

/** What `reveal` carries. */
export type RevealParameters = ShownChildren;

/** The call of `reveal`. */
export function revealCall(addresses: Addresses, { header, children }: RevealParameters): Call {
  return callOf(addresses.optimisticVerifier, () =>
    abi.optimisticVerifier.encodeFunctionData("reveal", [header, [...children]]),
  );
}

/** What `commitTrace` carries. */
export interface CommitTraceParameters {
  readonly job: JobRef;
  readonly claim: TraceClaim;
  /** The signature of the job's worker; none if the worker calls. */
  readonly signature?: Hex;
}

/** The call of `commitTrace`. */
export function commitTraceCall(
  addresses: Addresses,
  { job: { id, job }, claim, signature = "0x" }: CommitTraceParameters,
): Call {
  const { unitProof, outputProof } = claim;
  const struct = { ...claim, unitProof: [...unitProof], outputProof: [...outputProof] };
  return callOf(addresses.optimisticVerifier, () =>
    abi.optimisticVerifier.encodeFunctionData("commitTrace", [id, packJob(job), struct, signature]),
  );
}

/** One call of the verifier that makes many; one that fails is skipped and spoils no other. */
export function gameBatchCall(addresses: Addresses, calls: readonly Call[]): Call {
  return callOf(addresses.optimisticVerifier, () =>
    abi.optimisticVerifier.encodeFunctionData("batch", [calls.map(({ data }) => data)]),
  );
}

/** A descent as the ABI's types take it. */
export function encodable(descent: Descent): DescentStruct {
  return { ...descent, siblings: [...descent.siblings] };
}

function encodableWitness({ node, element, a, proofA, b, proofB }: StepMove): IGames.WitnessStruct {
  const operand = ({ header, words, siblings }: OperandOpening) => ({
    header,
    words: [...words],
    siblings: [...siblings],
  });
  return {
    node: fourWords(node),
    element,
    a: operand(a),
    proofA: [...proofA],
    b: operand(b),
    proofB: [...proofB],
  };
}

function fourWords(words: readonly Hex[]): [Hex, Hex, Hex, Hex] {
  const [w0, w1, w2, w3, ...rest] = words;
  if (w3 === undefined || rest.length > 0) throw new InputError("a node has four words");
  return [w0, w1, w2, w3];
}
