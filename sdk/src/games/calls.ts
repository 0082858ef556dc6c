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
import type { Move, StepMove } from "./moves";

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

/**
 * The verifier's call for a move. `signature` is that of the side whose move it is, if another account
 * sends it. Throws `InputError` if a part does not fit.
 */
export function moveCall(
  addresses: Addresses,
  { game, trace = NO_TRACE, job }: Position,
  move: Move,
  signature: Hex = "0x",
): Call {
  const [packed, packedJob] = [packGame(game), packJob(job)];
  const encode = (): string => {
    const { optimisticVerifier } = abi;
    switch (move.name) {
      case "reveal":
        return optimisticVerifier.encodeFunctionData("reveal", [move.header, [...move.children]]);
      case "commitTrace":
        return optimisticVerifier.encodeFunctionData("commitTrace", [
          jobIdOf(game.id),
          packedJob,
          { ...move, unitProof: [...move.unitProof], outputProof: [...move.outputProof] },
          signature,
        ]);
      case "pick":
        return optimisticVerifier.encodeFunctionData("pick", [
          packed,
          encodable(move.descent),
          signature,
        ]);
      case "pickInTrace":
        return optimisticVerifier.encodeFunctionData("pickInTrace", [
          packed,
          trace,
          encodable(move.descent),
          signature,
        ]);
      case "pickNode":
        return optimisticVerifier.encodeFunctionData("pickNode", [
          packed,
          trace,
          encodable(move.descent),
          { node: fourWords(move.node), proof: [...move.proof] },
          signature,
        ]);
      case "pickInput":
        return optimisticVerifier.encodeFunctionData("pickInput", [
          packed,
          trace,
          encodable(move.descent),
          packedJob,
          move.inputId,
          [...move.inputProof],
          signature,
        ]);
      case "step":
        return optimisticVerifier.encodeFunctionData("step", [
          packed,
          trace,
          encodable(move.descent),
          encodableWitness(move),
          signature,
        ]);
      case "concede":
        return optimisticVerifier.encodeFunctionData("concede", [
          packed,
          trace,
          packedJob,
          signature,
        ]);
      case "resolve":
        return optimisticVerifier.encodeFunctionData("resolve", [packed, trace, packedJob]);
    }
  };
  return callOf(addresses.optimisticVerifier, encode);
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
