import type { ParamType } from "ethers";
import { AbiCoder, keccak256 } from "ethers";
import { abi } from "../contracts";
import { InputError } from "../errors/errors";
import { packWord, unpackWord } from "../packedWord";
import { asAddress, asHex } from "../types/address";
import type { Hex } from "../../../tensor/src/index";
import type { WordFields } from "../packedWord";
import type { Address } from "../types/address";
import type { Game, Stage, TraceCommitment } from "../types/game";
import type { TermsClass } from "../types/order";

/** A game as the verifier takes it: where it stands in one word. */
export interface PackedGame {
  readonly id: bigint;
  readonly challenger: Address;
  readonly token: Address;
  readonly bond: bigint;
  readonly units: bigint;
  readonly state: bigint;
  readonly node: Hex;
  readonly programNode: Hex;
  readonly header: bigint;
}

/** From the lowest bit, as `GameState.sol` lays them out. */
const STATE = [
  ["movedAt", 40n],
  ["workerClock", 24n],
  ["challengerClock", 24n],
  ["answers", 8n],
  ["stage", 8n],
  ["termsClass", 8n],
  ["height", 8n],
  ["index", 64n],
  ["unit", 64n],
] as const satisfies WordFields;

const GAME_NUMBER_BITS = 32n;

/** Packs a game for a call. Throws `InputError` if a small field does not fit in its bits. */
export function packGame(game: Game): PackedGame {
  const { id, challenger, token, bond, units, node, programNode, header } = game;
  const state = packWord("game", STATE, { ...game });
  return { id, challenger, token, bond, units, state, node, programNode, header };
}

/** The game that a packed one stands for. */
export function unpackGame(packed: PackedGame): Game {
  return {
    id: packed.id,
    challenger: asAddress(packed.challenger),
    token: asAddress(packed.token),
    bond: packed.bond,
    units: packed.units,
    ...unpackState(packed.state),
    node: asHex(packed.node),
    programNode: asHex(packed.programNode),
    header: packed.header,
  };
}

/** Where a game stands, from its word. */
export function unpackState(word: bigint): Pick<Game, (typeof STATE)[number][0]> {
  const state = unpackWord(STATE, word);
  return { ...state, stage: state.stage as Stage, termsClass: state.termsClass as TermsClass };
}

/** The job that a game is about. */
export function jobIdOf(gameId: bigint): bigint {
  return gameId >> GAME_NUMBER_BITS;
}

/** The word that stands for a game in the verifier. Throws `InputError` if a field does not fit. */
export function gameHash(game: Game): Hex {
  const type = abi.optimisticVerifier.getFunction("pick").inputs[0];
  return hashOf("game", type, packGame(game));
}

/** The word that stands for a trace in the verifier. Throws `InputError` if a field does not fit. */
export function traceHash(trace: TraceCommitment): Hex {
  const type = abi.optimisticVerifier.getFunction("pickInTrace").inputs[1];
  return hashOf("trace", type, trace);
}

function hashOf(what: string, type: ParamType, value: object): Hex {
  try {
    return asHex(keccak256(AbiCoder.defaultAbiCoder().encode([type], [value])));
  } catch (cause) {
    throw new InputError(`this is no ${what}: a field is missing or out of range`, { cause });
  }
}
