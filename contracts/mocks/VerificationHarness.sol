// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TermsClass} from "../compute/types/TermsClass.sol";
import {ITensorStep} from "../verification/interfaces/ITensorStep.sol";
import {Rounds} from "../verification/libraries/Rounds.sol";
import {Game} from "../verification/types/Game.sol";
import {GameState, Stage} from "../verification/types/GameState.sol";
import {Trace} from "../verification/types/Trace.sol";

/// @notice Computes many elements in one call, and opens the words and rounds of games to tests.
contract VerificationHarness {
    struct Step {
        bytes32[4] node;
        uint256 index;
        ITensorStep.Operand a;
        ITensorStep.Operand b;
    }

    struct Element {
        int256 value;
        bytes32 idA;
        bytes32 idB;
    }

    struct GameFields {
        uint256 movedAt;
        uint256 workerClock;
        uint256 challengerClock;
        uint256 answers;
        Stage stage;
        TermsClass termsClass;
        uint256 height;
        uint256 index;
        uint64 unit;
    }

    function computeElements(
        ITensorStep tensorStep,
        Step[] calldata steps
    ) external pure returns (Element[] memory elements) {
        elements = new Element[](steps.length);
        for (uint256 i = 0; i < steps.length; ++i) {
            Element memory element = elements[i];
            (element.value, element.idA, element.idB) = tensorStep.computeElement(
                steps[i].node,
                steps[i].index,
                steps[i].a,
                steps[i].b
            );
        }
    }

    function gameFields(GameState state) external pure returns (GameFields memory) {
        return
            GameFields({
                movedAt: state.movedAt(),
                workerClock: state.workerClock(),
                challengerClock: state.challengerClock(),
                answers: state.answersBy(0),
                stage: state.stage(),
                termsClass: state.class(),
                height: state.height(),
                index: state.index(),
                unit: state.unit()
            });
    }

    function gameHash(Game calldata game) external pure returns (bytes32) {
        return game.hash();
    }

    function traceHash(Trace calldata trace) external pure returns (bytes32) {
        return trace.hash();
    }

    function roundLevels(uint256 height) external pure returns (uint256) {
        return Rounds.levels(height);
    }
}
